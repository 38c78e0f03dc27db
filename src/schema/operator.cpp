// SPDX-License-Identifier: MIT
#include "schema/operator.hpp"

#include <algorithm>
#include <array>

namespace fraiseql::schema {
namespace {

using Families = std::vector<OperatorFamily>;

constexpr std::array kOperators = {
#define X(family, name, suffix, operand, sql, description) \
    Operator{OperatorFamily::family, name, suffix, Operand::operand, sql, description},
#include "schema/operators.def"
#undef X
};

/// Types that compare with < as people expect.
bool is_ordered(std::string_view type) {
    return is_one_of(type, {"int2", "int4", "int8", "float4", "float8", "numeric", "date", "time",
                            "timetz", "timestamp", "timestamptz", "interval", "oid", "money"});
}

bool is_text(std::string_view type) {
    return is_one_of(type, {"text", "varchar", "bpchar", "citext", "name"});
}

Families base_families(std::string_view type, bool key) {
    using enum OperatorFamily;
    if (key || is_one_of(type, {"bool", "uuid", "bytea", "macaddr", "macaddr8"})) return {Equality};
    if (is_text(type)) return {Equality, Order, Text};
    // money and its like take part in order only: their text is not portable input.
    if (type == "money") return {};
    if (is_ordered(type)) return {Equality, Order};
    if (is_one_of(type, {"inet", "cidr"})) return {Equality, Network};
    if (type == "ltree") return {Equality, LTree};
    if (type == "tsvector") return {FullText};
    if (is_one_of(type, {"json", "jsonb"})) return {Json};
    return {};
}

}  // namespace

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::span<const Operator> operators() noexcept { return kOperators; }

const Operator* FilterKind::find(std::string_view wanted) const noexcept {
    for (const Operator& op : kOperators)
        if (op.name == wanted &&
            (op.family == OperatorFamily::Any ||
             std::find(families.begin(), families.end(), op.family) != families.end()))
            return &op;
    return nullptr;
}

FilterKind filter_of(const catalog::Catalog& catalog, catalog::Oid oid, const Leaf& leaf) {
    using Kind = catalog::Type::Kind;
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    if (type == nullptr) return {"PresenceFilter", {}};
    if (type->kind == Kind::Array) {
        const FilterKind item = filter_of(catalog, type->element, leaf);
        const bool comparable = std::find(item.families.begin(), item.families.end(),
                                          OperatorFamily::Equality) != item.families.end();
        if (!comparable) return {"PresenceFilter", {}};
        return {leaf.type + "ListFilter", {OperatorFamily::List}};
    }
    // Labels that are no GraphQL names are text, but compare only as labels.
    if (type->kind == Kind::Enum)
        return {is_graphql_enum(*type) ? leaf.type + "Filter" : "LabelFilter",
                {OperatorFamily::Equality}};
    if ((type->kind == Kind::Range || type->kind == Kind::Multirange) && leaf.type != "JSON")
        return {leaf.type + "Filter", {OperatorFamily::Equality, OperatorFamily::Range}};
    Families families =
        type->kind == Kind::Base ? base_families(type->name, leaf.type == "ID") : Families{};
    if (families.empty()) return {"PresenceFilter", {}};
    if (type->name == "tsvector") return {"SearchFilter", std::move(families)};
    return {leaf.type + "Filter", std::move(families)};
}

bool is_sortable(const catalog::Catalog& catalog, catalog::Oid oid) {
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    if (type == nullptr) return false;
    if (type->kind == catalog::Type::Kind::Enum) return true;
    return type->kind == catalog::Type::Kind::Base &&
           (is_ordered(type->name) || is_text(type->name) ||
            is_one_of(type->name, {"bool", "uuid", "inet", "cidr", "macaddr", "ltree"}));
}

}  // namespace fraiseql::schema
