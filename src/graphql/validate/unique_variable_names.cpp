// SPDX-License-Identifier: MIT
// No operation defines a variable twice.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const OperationDefinition& operation) {
    for_each_duplicate(operation.variables, [&](std::string_view name, const auto& same) {
        std::vector<std::uint32_t> offsets;
        for (const VariableDefinition* variable : same)
            offsets.push_back(context.document.offset_of(variable->name));
        context.error(fmt::format("There can be only one variable named \"${}\".", name), offsets);
    });
}

}  // namespace

const Rule kUniqueVariableNames = {
    .name = "UniqueVariableNames", .section = "5.8.1 Variable Uniqueness", .operation = check};

}  // namespace fraiseql::graphql
