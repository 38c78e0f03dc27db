// SPDX-License-Identifier: MIT
// Introspection (spec §4.2): answers of __schema and __type, straight from the schema.
#pragma once

#include <string>

#include "graphql/ast.hpp"
#include "graphql/collect.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

/// Appends the JSON value of the field `group` (its definition is __schema or __type) to `out`, in
/// the order of its selections. `variables` is what coerce_variable_values returned. Needs a
/// validated document.
void write_introspection(std::string& out, const Schema& schema, const Document& document,
                         const FieldGroup& group, const json::Value& variables);

}  // namespace fraiseql::graphql
