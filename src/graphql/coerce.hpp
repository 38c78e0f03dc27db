// SPDX-License-Identifier: MIT
// Input coercion (spec §3 per type, §6.1.2, §6.4.1): literals and variables to json::Value, the one
// form in which input reaches the rest. Enum values become strings, numbers keep their text, what
// was not given is absent (and not null).
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

/// Coerces the request's `variables` (an object; Null counts as {}) to the operation's definitions
/// (§6.1.2). Returns an object by variable name with defaults applied: a variable without value and
/// default is absent. Errors name the path of the value; code BadUserInput.
tl::expected<json::Value, std::vector<Error>> coerce_variable_values(
    const Schema& schema, const Document& document, const OperationDefinition& operation,
    const json::Value& variables, Arena& arena);

/// Coerces a literal, in which variables may stand, to `type`. `variables` is what
/// coerce_variable_values returned. Appends the names of the variables that it met to `used`
/// unless that is nullptr. A variable that is absent makes an object field absent and a list item
/// null. Use coerce_argument_values for whole arguments.
Result<json::Value> coerce_literal(const Value& literal, const Type& type,
                                   const json::Value& variables, Arena& arena,
                                   std::vector<std::string_view>* used = nullptr);

/// Coerces the arguments of a field or directive (§6.4.1): an object by argument name with defaults
/// applied; an argument without value and default is absent. Errors have no location: add the
/// node's.
Result<json::Value> coerce_argument_values(std::span<const InputValueDef> definitions,
                                           std::span<const Argument> arguments,
                                           const json::Value& variables, Arena& arena,
                                           std::vector<std::string_view>* used = nullptr);

inline Result<json::Value> coerce_argument_values(const FieldDef& definition, const Field& node,
                                                  const json::Value& variables, Arena& arena,
                                                  std::vector<std::string_view>* used = nullptr) {
    return coerce_argument_values(definition.args, node.arguments, variables, arena, used);
}

/// Coerces a constant literal without filling in the defaults of input fields that it leaves out:
/// the form in which a schema keeps its defaults until it knows that they are not circular.
Result<json::Value> coerce_default(const Value& literal, const Type& type, Arena& arena);

/// Coerces a value that came as JSON to `type`, e.g. a variable's. Errors as of variables, with
/// `name` for the variable.
tl::expected<json::Value, std::vector<Error>> coerce_json(const json::Value& value,
                                                          const Type& type, std::string_view name,
                                                          Arena& arena);

}  // namespace fraiseql::graphql
