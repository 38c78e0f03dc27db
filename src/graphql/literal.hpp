// SPDX-License-Identifier: MIT
// Literals as values: what a scalar or enum thinks of one, and literals as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

/// Returns a literal as JSON without regard to a type: enum values become strings, variables take
/// their values from `variables` (an object; a field whose variable is absent is left out, an
/// item becomes null). Appends the variables' names to `used` unless that is nullptr.
json::Value to_json(const Value& literal, const json::Value& variables, Arena& arena,
                    std::vector<std::string_view>* used = nullptr);

/// Returns why a literal, which is no variable and no null, is not a value of the scalar or enum
/// `type`; nothing where it is one.
std::optional<std::string> leaf_literal_error(const NamedType& type, const Value& literal);

/// Returns why a JSON value, which is not null, is not a value of the scalar or enum `type`.
std::optional<std::string> leaf_value_error(const NamedType& type, const json::Value& value);

/// Returns a value that leaf_value_error found right in the form that the rest works with: an Int
/// as digits without exponent or point, an ID as a string.
json::Value normalize_leaf(const NamedType& type, const json::Value& value, Arena& arena);

}  // namespace fraiseql::graphql
