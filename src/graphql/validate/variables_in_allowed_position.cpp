// SPDX-License-Identifier: MIT
// A variable stands only where its type fits.
#include <fmt/format.h>

#include "graphql/printer.hpp"
#include "graphql/validate/rules.hpp"
#include "graphql/validate/variable_names.hpp"

namespace fraiseql::graphql {
namespace {

/// Whether a variable of a type that the document names may stand where `wanted` is expected
/// (§5.8.5 AreTypesCompatible).
bool are_compatible(const TypeReference& type, const Type& wanted) {
    if (wanted.is_non_null())
        return type.kind == TypeReference::Kind::NonNull && are_compatible(*type.of, *wanted.of);
    if (type.kind == TypeReference::Kind::NonNull) return are_compatible(*type.of, wanted);
    if (wanted.is_list() != (type.kind == TypeReference::Kind::List)) return false;
    return wanted.is_list() ? are_compatible(*type.of, *wanted.of)
                            : type.name == wanted.named->name;
}

bool is_allowed(const VariableDefinition& definition, const VariableUsage& usage) {
    const bool nullable = definition.type.kind != TypeReference::Kind::NonNull;
    if (!usage.type->is_non_null() || !nullable)
        return are_compatible(definition.type, *usage.type);
    const bool has_default =
        definition.default_value != nullptr && definition.default_value->kind != Value::Kind::Null;
    return (has_default || usage.has_default) && are_compatible(definition.type, *usage.type->of);
}

void check_usage(ValidationContext& context, const VariableDefinition& definition,
                 const VariableUsage& usage) {
    if (!is_allowed(definition, usage))
        context.error(fmt::format("Variable \"${}\" of type \"{}\" used in position expecting type "
                                  "\"{}\".",
                                  definition.name, print(definition.type), to_string(*usage.type)),
                      {definition.offset, usage.node->offset});
    if (usage.one_of != nullptr && definition.type.kind != TypeReference::Kind::NonNull)
        context.error(
            fmt::format("Variable \"${}\" is of type \"{}\" but must be non-nullable to be "
                        "used for OneOf Input Object \"{}\".",
                        definition.name, print(definition.type), usage.one_of->name),
            {definition.offset, usage.node->offset});
}

void check(ValidationContext& context, const OperationVisit& operation) {
    if (operation.node.variables.empty()) return;
    const VariableNames names(operation.node);
    operation.for_each_usage(context, [&](const VariableUsage& usage) {
        const VariableDefinition* definition = names.find_last(usage.node->text);
        if (definition == nullptr || usage.type == nullptr || context.is_full()) return;
        if (context.schema.type(definition->type.named()) != nullptr)
            check_usage(context, *definition, usage);
    });
}

}  // namespace

const Rule kVariablesInAllowedPosition = {.name = "VariablesInAllowedPosition",
                                          .section = "5.8.5 All Variable Usages Are Allowed",
                                          .reachable = check};

}  // namespace fraiseql::graphql
