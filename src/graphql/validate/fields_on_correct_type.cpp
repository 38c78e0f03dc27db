// SPDX-License-Identifier: MIT
// Every selected field is one of its type.
#include <fmt/format.h>
#include <algorithm>

#include "base/suggest.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

/// Returns the types below `parent` that have the field: those above others first, then by how many
/// of the possible types are one of them.
std::vector<std::string_view> types_with(const NamedType& parent, std::string_view field) {
    if (!parent.is_abstract()) return {};
    std::vector<std::pair<const NamedType*, int>> found;
    const auto count = [&](const NamedType* type) {
        if (type->field(field) == nullptr) return;
        auto known = std::find_if(found.begin(), found.end(),
                                  [&](const auto& one) { return one.first == type; });
        if (known == found.end())
            found.emplace_back(type, 1);
        else
            ++known->second;
    };
    for (const NamedType* possible : parent.possible_types) {
        if (possible->field(field) == nullptr) continue;
        count(possible);
        for (const NamedType* interface : possible->interfaces)
            count(interface);
    }
    const auto is_above = [](const NamedType* a, const NamedType* b) {
        return std::find(b->interfaces.begin(), b->interfaces.end(), a) != b->interfaces.end();
    };
    std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
        if (a.second != b.second) return a.second > b.second;
        if (is_above(a.first, b.first) != is_above(b.first, a.first))
            return is_above(a.first, b.first);
        return a.first->name < b.first->name;
    });
    std::vector<std::string_view> names;
    for (const auto& [type, uses] : found)
        if (names.size() < 5) names.push_back(type->name);
    return names;
}

std::string suggestion(const NamedType& parent, std::string_view field) {
    constexpr std::string_view kOpening = "Did you mean";
    const std::vector<std::string_view> types = types_with(parent, field);
    if (types.empty()) return ValidationContext::suggest(field, parent.fields);
    return " Did you mean to use an inline fragment on" +
           did_you_mean(types).substr(kOpening.size());
}

void check(ValidationContext& context, const FieldVisit& field) {
    if (field.parent == nullptr || field.definition != nullptr) return;
    context.error(fmt::format("Cannot query field \"{}\" on type \"{}\".{}", field.node.name,
                              field.parent->name, suggestion(*field.parent, field.node.name)),
                  {field.node.offset});
}

}  // namespace

const Rule kFieldsOnCorrectType = {
    .name = "FieldsOnCorrectType", .section = "5.3.1 Field Selections", .field = check};

}  // namespace fraiseql::graphql
