// SPDX-License-Identifier: MIT
// Variables are of input types.
#include <fmt/format.h>

#include "graphql/printer.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const VariableDefinition& variable) {
    const NamedType* type = context.schema.type(variable.type.named());
    if (type == nullptr || type->is_input()) return;
    context.error(fmt::format("Variable \"${}\" cannot be non-input type \"{}\".", variable.name,
                              print(variable.type)),
                  {variable.type.offset});
}

}  // namespace

const Rule kVariablesAreInputTypes = {.name = "VariablesAreInputTypes",
                                      .section = "5.8.2 Variables Are Input Types",
                                      .variable = check};

}  // namespace fraiseql::graphql
