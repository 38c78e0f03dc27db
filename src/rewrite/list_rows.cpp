// SPDX-License-Identifier: MIT
// Navigator: parts of lists, and questions about their items, asked of the rows behind them.
#include <algorithm>

#include "rewrite/json_call.hpp"
#include "rewrite/navigator.hpp"

namespace fraiseql::rewrite {
namespace {

using sql::Fragment;

/// The values of `item`, the argument of an aggregate, over the rows that it aggregates.
class RowValues : public ItemValues {
  public:
    RowValues(Navigator& navigator, Scope& rows, const Expression& item)
        : navigator_(navigator), rows_(rows), item_(item) {}

    std::optional<ItemValue> value(Keys keys) override {
        return noted(navigator_.value(rows_, item_, keys));
    }
    std::optional<ItemValue> column(const catalog::Relation& relation,
                                    catalog::AttributeNumber column, bool only) override {
        const auto value = navigator_.sibling(rows_, item_, relation, column);
        if (!value && !only) return std::nullopt;
        return noted(value);
    }
    std::optional<ItemValue> exists(Keys keys, const ItemQuery& items) override {
        auto value = navigator_.exists(rows_, item_, keys, items);
        if (!value) return std::nullopt;
        if (value->nullable) value->sql = Fragment("coalesce(").add(value->sql).raw(", false)");
        return ItemValue{.sql = value->sql, .type = value->type};
    }

    /// Whether there was an answer each time.
    bool complete() const noexcept { return complete_; }

  private:
    std::optional<ItemValue> noted(const std::optional<Value>& value) {
        complete_ = complete_ && value.has_value();
        if (!value) return std::nullopt;
        return ItemValue{value->sql, value->type, value->default_collation};
    }

    Navigator& navigator_;
    Scope& rows_;
    Expression item_;
    bool complete_ = true;
};

/// Whether one of the criteria is just the column that `key` is.
bool orders_by(const Tokens& tokens, const std::vector<Slice>& criteria, const Fragment& key) {
    return std::any_of(criteria.begin(), criteria.end(), [&](Slice criterion) {
        if (criterion.size() != 3) return false;
        const Fragment column = Fragment()
                                    .identifier(tokens[criterion.begin].name)
                                    .raw(".")
                                    .identifier(tokens[criterion.begin + 2].name);
        return column.text() == key.text();
    });
}

/// Adds to `part` what the aggregate itself says: its FILTER, and its order behind the wanted one;
/// the key makes that unique.
void add_own(Scope& rows, const AggregateText& aggregate, ItemRows& part) {
    const Tokens& tokens = *aggregate.item.tokens;
    std::vector<Fragment> order;
    if (!part.order.empty()) order.push_back(part.order);
    Slice own_order = aggregate.order;
    own_order.begin = std::min(own_order.begin + 2, own_order.end);  // ORDER BY
    if (!own_order.empty()) order.push_back(rows.take(own_order));
    if (!part.key.empty() && !orders_by(tokens, tokens.split_commas(own_order), part.key))
        order.push_back(part.key);
    part.order = join(order, ", ");
    if (aggregate.filter.empty()) return;
    std::uint32_t after = 0;
    const auto filter = tokens.arguments(aggregate.filter, "FILTER", after);
    Fragment own = rows.take({filter->begin + 1, filter->end});
    if (!part.where.empty()) own.raw(" AND ").add(part.where);
    part.where = own;
}

bool has_readable_filter(const AggregateText& aggregate) {
    if (aggregate.filter.empty()) return true;
    std::uint32_t after = 0;
    const Tokens& tokens = *aggregate.item.tokens;
    const auto filter = tokens.arguments(aggregate.filter, "FILTER", after);
    return filter && after == aggregate.filter.end && filter->size() > 1 &&
           tokens[filter->begin].is("WHERE");
}

Fragment any_row(Scope& rows, const ItemRows& part) {
    return Fragment("EXISTS (").add(rows.select_part({}, part)).raw(")");
}

}  // namespace

std::optional<Value> Navigator::sibling(Scope& scope, const Expression& expression,
                                        const catalog::Relation& relation,
                                        catalog::AttributeNumber column) {
    const lineage::Node& tree = *expression.tree;
    if (!tree.is("VAR")) return std::nullopt;
    Scope* owner = scope.outer(tree.number("varlevelsup"));
    RangeItem* item = owner == nullptr ? nullptr : owner->item(tree.number("varno"));
    const catalog::Column* found = relation.column(column);
    if (item == nullptr || owner->is_grouped() || found == nullptr) return std::nullopt;
    if (static_cast<catalog::Oid>(item->entry->number("relid")) != relation.oid)
        return std::nullopt;
    // Behind `relation alias (columns)` the columns have other names.
    if (!(*expression.tokens)[item->text.end - 1].is_name()) return std::nullopt;
    item->used = true;
    item->used_columns.insert(found->name);
    return Value{.sql = Fragment().identifier(item->name).raw(".").identifier(found->name),
                 .type = found->type};
}

std::optional<Value> Navigator::build_part(Scope& scope, const Expression& expression,
                                           const std::vector<Member>& members,
                                           const ItemQuery& items, bool null_is_empty) {
    if (const auto inside = list_or_empty(expression)) {
        const End end = [&](Scope& at, const Expression& found) {
            return build_part(at, found, members, items, /*null_is_empty=*/true);
        };
        auto value = follow(scope, *inside, {}, {.end = end, .label = "[]"});
        if (value) value->sql = Fragment("COALESCE(").add(value->sql).raw(", '[]'::json)");
        return value;
    }
    const auto aggregate = read_aggregate(catalog_, expression);
    if (!aggregate || !has_readable_filter(*aggregate)) return std::nullopt;
    Scope* rows = scope.rows();
    if (rows == nullptr) return std::nullopt;
    RowValues values(*this, *rows, aggregate->item);
    ItemRows part = items(values);
    const auto item = object(*rows, aggregate->item, {}, members);
    if (!item || !values.complete()) return std::nullopt;
    add_own(*rows, *aggregate, part);
    Fragment out("(SELECT json_agg(i.item) FROM (");
    out.add(rows->select_part({{"item", item->sql}}, part)).raw(") AS i)");
    if (part.may_leave_none && !null_is_empty) {
        // A list that is null is not one of which nothing is wanted.
        Scope& all = *scope.rows();
        ItemRows whole;
        add_own(all, *aggregate, whole);
        whole.order = {};
        out = Fragment("CASE WHEN ").add(any_row(all, whole)).raw(" THEN COALESCE(").add(out);
        out.raw(", '[]'::json) END");
    }
    return Value{.sql = std::move(out), .type = catalog::kJson, .complete = true};
}

std::optional<Value> Navigator::exists(Scope& scope, const Expression& expression, Keys keys,
                                       const ItemQuery& items) {
    const End end = [&](Scope& at, const Expression& found) -> std::optional<Value> {
        if (const auto inside = list_or_empty(found)) return exists(at, *inside, {}, items);
        const auto aggregate = read_aggregate(catalog_, found);
        if (!aggregate || !has_readable_filter(*aggregate)) return std::nullopt;
        Scope* rows = at.rows();
        if (rows == nullptr) return std::nullopt;
        RowValues values(*this, *rows, aggregate->item);
        ItemRows part = items(values);
        if (!values.complete()) return std::nullopt;
        add_own(*rows, *aggregate, part);
        part.order = {};
        return Value{.sql = any_row(*rows, part), .type = catalog::kBool, .complete = true};
    };
    return follow(scope, expression, keys, {.end = end, .label = "?"});
}

}  // namespace fraiseql::rewrite
