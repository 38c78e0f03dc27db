// SPDX-License-Identifier: MIT
// An operation or its fragments use every variable that it defines.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"
#include "graphql/validate/variable_names.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const OperationVisit& operation) {
    if (operation.node.variables.empty()) return;
    const VariableNames names(operation.node);
    std::vector<bool> used(operation.node.variables.size());
    operation.for_each_usage(context, [&](const VariableUsage& usage) {
        if (const VariableDefinition* definition = names.find(usage.node->text))
            used[static_cast<std::size_t>(definition - operation.node.variables.data())] = true;
    });
    for (std::size_t i = 0; i < used.size(); ++i) {
        const VariableDefinition& definition = operation.node.variables[i];
        if (used[i] || names.find(definition.name) != &definition) continue;
        context.error(operation.node.name.empty()
                          ? fmt::format("Variable \"${}\" is never used.", definition.name)
                          : fmt::format("Variable \"${}\" is never used in operation \"{}\".",
                                        definition.name, operation.node.name),
                      {definition.offset});
    }
}

}  // namespace

const Rule kNoUnusedVariables = {
    .name = "NoUnusedVariables", .section = "5.8.4 All Variables Used", .reachable = check};

}  // namespace fraiseql::graphql
