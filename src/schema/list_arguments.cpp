// SPDX-License-Identifier: MIT
// The arguments of lists inside documents: which of their items are wanted, and in what order.
#include "schema/draft.hpp"
#include "schema/inputs.hpp"
#include "schema/members.hpp"

namespace fraiseql::schema {
namespace {

using graphql::FieldSpec;
using graphql::TypeKind;

/// `[Post!]!` → Post; empty for what is no list, and for lists of lists.
std::string item_of(std::string_view type) {
    if (!type.starts_with('[') || type.starts_with("[[")) return {};
    type.remove_prefix(1);
    return std::string(type.substr(0, type.find_first_of("!]")));
}

void add_arguments(const Draft& draft, FieldSpec& field, const ListInputs& inputs) {
    if (draft.type_names.contains(inputs.where))
        field.args.push_back({.name = "where", .type = inputs.where});
    if (draft.order_inputs.contains(inputs.order))
        field.args.push_back(
            {.name = "orderBy",
             .type = "[" + inputs.order + "!]",
             .description = "The first criterion counts most. Equal items stay as they stood."});
    field.args.push_back({.name = "limit",
                          .type = "Int",
                          .description = "At most so many items; all of them where it is left "
                                         "out. The server has a maximum."});
    field.args.push_back(
        {.name = "offset", .type = "Int", .description = "Leave out so many items first."});
}

}  // namespace

void build_list_arguments(Draft& draft) {
    std::unordered_set<std::string> entities;
    for (const Entity& entity : draft.model.entities)
        entities.insert(entity.type_name);
    const MembersByType composites = collect_members(draft);
    for (graphql::TypeSpec& type : draft.builder.types) {
        if (type.kind != TypeKind::Object && type.kind != TypeKind::Interface) continue;
        for (FieldSpec& field : type.fields) {
            const std::string item = item_of(field.type);
            if (composites.contains(item))
                add_arguments(draft, field, list_inputs(item, entities.contains(item)));
        }
    }
}

}  // namespace fraiseql::schema
