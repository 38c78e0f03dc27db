// SPDX-License-Identifier: MIT
// How a scope becomes SQL again.
#include <algorithm>

#include "rewrite/join_text.hpp"
#include "rewrite/scope.hpp"

namespace fraiseql::rewrite {
namespace {

using lineage::Node;
using sql::Fragment;

/// NAMEDATALEN - 1.
constexpr std::size_t kMaxName = 63;

Fragment named(const Output& output) {
    Fragment out = output.value;
    if (!output.name.empty()) out.raw(" AS ").identifier(output.name);
    return out;
}

Fragment columns(const std::vector<Output>& targets) {
    std::vector<Fragment> columns;
    for (const Output& target : targets)
        columns.push_back(named(target));
    if (columns.empty()) columns.push_back(sql::Raw("true"));
    return join(columns, ", ");
}

}  // namespace

std::string add_output(std::vector<Output>& outputs, std::string wanted, const Fragment& value,
                       bool complete) {
    for (const Output& output : outputs)
        if (output.value.text() == value.text()) return output.name;
    auto is_taken = [&] {
        return std::any_of(outputs.begin(), outputs.end(),
                           [&](const Output& output) { return output.name == wanted; });
    };
    if (wanted.empty() || wanted.size() > kMaxName || is_taken())
        wanted = "#" + std::to_string(outputs.size());
    outputs.push_back({wanted, value, complete});
    return wanted;
}

Fragment Scope::select(const std::vector<Output>& targets, bool ordered) {
    const auto complete = [](const Output& target) { return target.complete; };
    if (!targets.empty() && std::all_of(targets.begin(), targets.end(), complete))
        return Fragment("SELECT ").add(columns(targets));
    // What stands further right may use what stands further left: so FROM comes last.
    Fragment conditions = take(query_.conditions);
    // The aggregate that made it one row may be gone.
    if (std::any_of(targets.begin(), targets.end(), complete))
        conditions.raw(conditions.empty() ? sql::Raw("HAVING true") : sql::Raw(" HAVING true"));
    return write_select(targets, conditions, ordered ? take(query_.order) : Fragment());
}

Fragment Scope::select_part(const std::vector<Output>& targets, const ItemRows& part) {
    std::vector<Fragment> conditions;
    if (!query_.conditions.empty())
        // Without the word WHERE: a query that aggregates makes one row of has nothing else there.
        conditions.push_back(take({query_.conditions.begin + 1, query_.conditions.end}));
    if (!part.where.empty()) conditions.push_back(part.where);
    std::vector<Fragment> rest;
    if (!part.order.empty()) rest.push_back(Fragment("ORDER BY ").add(part.order));
    if (!part.limit.empty()) rest.push_back(Fragment("LIMIT ").add(part.limit));
    if (!part.offset.empty()) rest.push_back(Fragment("OFFSET ").add(part.offset));
    Fragment where;
    if (!conditions.empty()) where.raw("WHERE ").add(join(conditions, " AND "));
    return write_select(targets, where, join(rest, " "));
}

Fragment Scope::write_select(const std::vector<Output>& targets, const Fragment& conditions,
                             const Fragment& order) {
    const Fragment from = write_list(query_.from, (*query_.tree)["jointree"]);
    Fragment out("SELECT ");
    out.add(columns(targets));
    if (!from.empty()) out.raw(" FROM ").add(from);
    if (!conditions.empty()) out.raw(" ").add(conditions);
    if (!order.empty()) out.raw(" ").add(order);
    return out;
}

Fragment Scope::write_list(Slice text, const Node& tree) {
    if (!readable_) return take(text);
    const auto from = tree.list("fromlist");
    const std::vector<Slice> texts = query_.tokens->split_commas(text);
    std::vector<Fragment> items;
    for (std::size_t i = texts.size(); i-- > 0;)
        if (i == 0 || !is_dispensable(from[i])) items.push_back(write_from(texts[i], from[i]));
    std::reverse(items.begin(), items.end());
    return join(items, ", ");
}

Fragment Scope::write_from(Slice text, const Node& tree) {
    if (tree.is("JOINEXPR")) return write_join(text, tree);
    return write_item(items_.at(tree.number("rtindex")));
}

Fragment Scope::write_join(Slice text, const Node& tree) {
    const JoinText join = *read_join_text(*query_.tokens, text);
    const std::int64_t type = tree.number("jointype");
    const std::string on = query_.tokens->text(join.condition);
    const bool cross = type == 0 && (on.empty() || on == "ON (true)");
    const bool left = type == 1;
    if ((cross || left) && is_dispensable(tree["rarg"])) return write_from(join.left, tree["larg"]);
    const Fragment condition = take(join.condition);
    Fragment right = write_from(join.right, tree["rarg"]);
    if (tree["rarg"].is("JOINEXPR")) right = Fragment("(").add(right).raw(")");
    Fragment out = write_from(join.left, tree["larg"]);
    out.raw(" ").add(take(join.keyword)).raw(" ").add(right);
    if (!condition.empty()) out.raw(" ").add(condition);
    return out;
}

/// A sub-select that nothing refers to, and that has one row for each row of the others.
bool Scope::is_dispensable(const Node& tree) {
    const RangeItem* item = tree.is("RANGETBLREF") ? this->item(tree.number("rtindex")) : nullptr;
    return item != nullptr && !item->used && item->inner == nullptr && item->source != nullptr &&
           item->entry->number("rtekind", 8) == 1 && yields_one_row(*item->source->tree);
}

Fragment Scope::write_item(RangeItem& item) {
    if (item.inner == nullptr) return take(item.text);
    std::vector<Output> targets = item.added;
    for (const std::string& column : item.used_columns) {
        const auto found = std::find(item.column_names.begin(), item.column_names.end(), column);
        if (found == item.column_names.end()) continue;
        const auto index = static_cast<std::size_t>(found - item.column_names.begin());
        targets.push_back({column, item.inner->take(item.source->targets[index].value.text)});
    }
    Fragment out(item.lateral ? sql::Raw("LATERAL (") : sql::Raw("("));
    return out.add(item.inner->select(targets)).raw(") AS ").identifier(item.name);
}

}  // namespace fraiseql::rewrite
