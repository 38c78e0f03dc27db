// SPDX-License-Identifier: MIT
// Navigator: objects and lists that are built anew with just the members that are wanted.
#include "rewrite/expression_type.hpp"
#include "rewrite/json_call.hpp"
#include "rewrite/navigator.hpp"

namespace fraiseql::rewrite {
namespace {

using sql::Fragment;

/// A PostgreSQL function takes 100 arguments: 50 pairs of key and value.
constexpr std::size_t kMaxPairs = 50;

Value json_value(Fragment sql) { return {.sql = std::move(sql), .type = catalog::kJson}; }

}  // namespace

std::optional<Value> Navigator::object(Scope& scope, const Expression& expression, Keys keys,
                                       const std::vector<Member>& members) {
    const End end = [&](Scope& at, const Expression& found) -> std::optional<Value> {
        return is_object(catalog_, found) ? build_object(at, found, members) : std::nullopt;
    };
    return follow(scope, expression, keys, {.end = end, .label = "{}"});
}

std::optional<Value> Navigator::list(Scope& scope, const Expression& expression, Keys keys,
                                     const std::vector<Member>& members, const ItemQuery& items) {
    const End end = [&](Scope& at, const Expression& found) {
        return items ? build_part(at, found, members, items, /*null_is_empty=*/false)
                     : build_list(at, found, members);
    };
    return follow(scope, expression, keys, {.end = end, .label = "[]"});
}

std::optional<Value> Navigator::build_object(Scope& scope, const Expression& expression,
                                             const std::vector<Member>& members) {
    if (members.size() > kMaxPairs) return std::nullopt;
    std::vector<Fragment> pairs;
    for (const Member& member : members) {
        const auto value = build_member(scope, expression, member);
        if (!value) return std::nullopt;
        pairs.push_back(Fragment().literal(member.response_key).raw(", ").add(*value));
    }
    return json_value(Fragment("json_build_object(").add(join(pairs, ", ")).raw(")"));
}

std::optional<Fragment> Navigator::build_member(Scope& scope, const Expression& expression,
                                                const Member& member) {
    const Keys keys(&member.key, 1);
    std::optional<Value> found;
    switch (member.kind) {
        case Member::Kind::Constant:
            return Fragment().literal(member.key);
        case Member::Kind::Leaf:
            found = value(scope, expression, keys);
            return found ? build_leaf(*found, member) : std::nullopt;
        case Member::Kind::Object:
            found = object(scope, expression, keys, member.members);
            break;
        case Member::Kind::List:
            found = list(scope, expression, keys, member.members, member.items);
            break;
    }
    if (!found || found->complete) return std::nullopt;
    return found->sql;
}

std::optional<Fragment> Navigator::build_leaf(const Value& value, const Member& member) const {
    const bool json = catalog::is_json(value.type);
    if (member.as_text && member.list_of_leaves) {
        if (json) return std::nullopt;
        return Fragment("(").add(value.sql).raw(")::text[]");
    }
    if (member.as_text)
        return Fragment("(").add(value.sql).raw(json ? sql::Raw(") #>> '{}'")
                                                     : sql::Raw(")::text"));
    if (!value.of_jsonb || is_same_in_json(catalog_, value.type)) return value.sql;
    return Fragment("to_jsonb(").add(value.sql).raw(")");
}

std::optional<Value> Navigator::build_list(Scope& scope, const Expression& expression,
                                           const std::vector<Member>& members) {
    if (const auto inside = list_or_empty(expression)) {
        const auto value = list(scope, *inside, {}, members);
        if (!value) return std::nullopt;
        return json_value(Fragment("COALESCE(").add(value->sql).raw(", '[]'::json)"));
    }
    const auto aggregate = read_aggregate(catalog_, expression);
    if (!aggregate) return std::nullopt;
    scope.enter_aggregate();
    const auto item = object(scope, aggregate->item, {}, members);
    scope.leave_aggregate();
    if (!item) return std::nullopt;
    Fragment out("json_agg(");
    out.add(item->sql);
    if (!aggregate->order.empty()) out.raw(" ").add(scope.take(aggregate->order));
    out.raw(")");
    if (!aggregate->filter.empty()) out.raw(" ").add(scope.take(aggregate->filter));
    return json_value(std::move(out));
}

}  // namespace fraiseql::rewrite
