// SPDX-License-Identifier: MIT
// An operation defines every variable that it or its fragments use.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"
#include "graphql/validate/variable_names.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const OperationVisit& operation) {
    if (context.usages.empty()) return;
    const VariableNames names(operation.node);
    operation.for_each_usage(context, [&](const VariableUsage& usage) {
        const std::string_view name = usage.node->text;
        if (names.find(name) != nullptr || context.is_full()) return;
        context.error(operation.node.name.empty()
                          ? fmt::format("Variable \"${}\" is not defined.", name)
                          : fmt::format("Variable \"${}\" is not defined by operation \"{}\".",
                                        name, operation.node.name),
                      {usage.node->offset, operation.node.offset});
    });
}

}  // namespace

const Rule kNoUndefinedVariables = {.name = "NoUndefinedVariables",
                                    .section = "5.8.3 All Variable Uses Defined",
                                    .reachable = check};

}  // namespace fraiseql::graphql
