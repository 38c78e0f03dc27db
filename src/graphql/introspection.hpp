// SPDX-License-Identifier: MIT
// Introspection (spec §4.2): answers of __schema and __type, straight from the schema.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "graphql/ast.hpp"
#include "graphql/collect.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

/// What introspection shows; all of it where a function is empty.
struct Visibility {
    std::function<bool(const FieldDef&)> field = {};
    /// Members of input objects.
    std::function<bool(const NamedType&, std::string_view member)> input = {};
};

/// Appends the JSON value of the field `group` (its definition is __schema or __type) to `out`, in
/// the order of its selections. `variables` is what coerce_variable_values returned. Needs a
/// validated document.
void write_introspection(std::string& out, const Schema& schema, const Document& document,
                         const FieldGroup& group, const json::Value& variables,
                         const Visibility& visibility = {});

}  // namespace fraiseql::graphql
