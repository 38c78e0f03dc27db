// SPDX-License-Identifier: MIT
// A subscription has one root field, which is no introspection field and does not depend on
// variables.
#include <fmt/format.h>

#include "graphql/collect.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

std::string title(const OperationDefinition& operation) {
    return operation.name.empty() ? std::string("Anonymous Subscription")
                                  : fmt::format("Subscription \"{}\"", operation.name);
}

/// Notes that a root selection is conditional; whether it then stands does not matter.
std::vector<FieldGroup> root_fields(ValidationContext& context,
                                    const OperationDefinition& operation, const NamedType& root,
                                    bool& conditional) {
    const SelectionSet* sets[] = {&operation.selections};
    const Condition note = [&](const Value&) { return conditional = true; };
    return collect_fields(context.schema, context.document, root, sets, note);
}

void check(ValidationContext& context, const OperationDefinition& operation) {
    const NamedType* root = context.schema.subscription();
    if (operation.type != OperationType::Subscription || root == nullptr) return;
    bool conditional = false;
    const auto groups = root_fields(context, operation, *root, conditional);
    if (conditional)
        context.error(title(operation) + " must not use @skip or @include on its top level field.",
                      {operation.offset});
    if (groups.size() > 1) {
        std::vector<std::uint32_t> extra;
        for (const FieldGroup& group : std::span(groups).subspan(1))
            for (const Field* node : group.nodes)
                extra.push_back(node->offset);
        context.error(title(operation) + " must select only one top level field.", extra);
    }
    for (const FieldGroup& group : groups) {
        if (!group.node().name.starts_with("__")) continue;
        std::vector<std::uint32_t> offsets;
        for (const Field* node : group.nodes)
            offsets.push_back(node->offset);
        context.error(title(operation) + " must not select an introspection top level field.",
                      offsets);
    }
}

}  // namespace

const Rule kSingleFieldSubscriptions = {
    .name = "SingleFieldSubscriptions", .section = "5.2.4.1 Single Root Field", .operation = check};

}  // namespace fraiseql::graphql
