// SPDX-License-Identifier: MIT
#include "schema/filters.hpp"

#include "schema/operator.hpp"

namespace fraiseql::schema {
namespace {

using graphql::TypeKind;

std::string scalar(Draft& draft, std::string name) {
    return draft.use_leaf({.type = std::move(name)}, 0, true);
}

/// The scalar between the bounds: IntRange and IntMultirange → Int.
std::string range_item(std::string_view range) {
    for (std::string_view suffix : {"Range", "Multirange"})
        if (range.ends_with(suffix)) range.remove_suffix(suffix.size());
    return std::string(range);
}

std::string use_address_range(Draft& draft) {
    const std::string name = "IPAddressRangeInput";
    if (!draft.type_names.insert(name).second) return name;
    scalar(draft, "IPAddress");
    graphql::TypeSpec& spec = draft.builder.add(TypeKind::InputObject, name);
    spec.description = "Two addresses of one version, both included.";
    spec.input_fields = {{.name = "from", .type = "IPAddress!"},
                         {.name = "to", .type = "IPAddress!"}};
    return name;
}

}  // namespace

std::string use_operand(Draft& draft, const Operator& op, const Leaf& leaf) {
    switch (op.operand) {
        case Operand::Same:
            return leaf.list ? "[" + leaf.type + "!]" : leaf.type;
        case Operand::Many:
            return "[" + leaf.type + "!]";
        case Operand::Item:
            return op.family == OperatorFamily::Range ? scalar(draft, range_item(leaf.type))
                                                      : leaf.type;
        case Operand::Flag:
        case Operand::NotFlag:
            return scalar(draft, "Boolean");
        case Operand::Depth:
            return scalar(draft, "Int");
        case Operand::Texts:
            return "[" + scalar(draft, "String") + "!]";
        case Operand::Range:
            return use_address_range(draft);
        case Operand::Text:
        case Operand::Contains:
        case Operand::Prefix:
        case Operand::Suffix:
            break;
    }
    return scalar(draft, "String");
}

std::string use_filter(Draft& draft, catalog::Oid type, const Leaf& leaf) {
    const FilterKind kind = filter_of(draft.model.catalog, type, leaf);
    draft.use_leaf(leaf, type, true);
    std::string& name = draft.filters[{kind.name, kind.families}];
    if (!name.empty()) return name;
    name = draft.take_type_name(kind.name);
    std::vector<graphql::InputValueSpec> fields;
    for (const Operator& op : operators())
        if (kind.find(op.name) == &op)
            fields.push_back({.name = std::string(op.name),
                              .type = use_operand(draft, op, leaf),
                              .description = std::string(op.description)});
    graphql::TypeSpec& spec = draft.builder.add(TypeKind::InputObject, name);
    spec.description = "All conditions given must hold.";
    spec.input_fields = std::move(fields);
    return name;
}

}  // namespace fraiseql::schema
