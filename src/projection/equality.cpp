// SPDX-License-Identifier: MIT
// The equalities of a view's joins and conditions, as steps from one table's rows to another's.
#include <algorithm>
#include <array>

#include "projection/expansion.hpp"

namespace fraiseql::projection {
namespace {

using catalog::AttributeNumber;
using catalog::Oid;
using lineage::Node;

/// Built-in functions behind `=` for types that keys have.
constexpr std::array<std::string_view, 20> kEqual = {
    "bpchareq", "booleq",     "chareq",  "date_eq", "enum_eq", "int24eq",        "int28eq",
    "int2eq",   "int42eq",    "int48eq", "int4eq",  "int82eq", "int84eq",        "int8eq",
    "nameeq",   "numeric_eq", "oideq",   "texteq",  "uuid_eq", "timestamptz_eq",
};

const Node& without_relabel(const Node& expression) {
    const Node* node = &expression;
    while (node->is("RELABELTYPE"))
        node = &(*node)["arg"];
    return *node;
}

void collect_range(const Node& from, std::set<std::int64_t>& out) {
    if (from.is("RANGETBLREF")) out.insert(from.number("rtindex"));
    for (const Node& item : from.list("fromlist"))
        collect_range(item, out);
    if (!from.is("JOINEXPR")) return;
    collect_range(from["larg"], out);
    collect_range(from["rarg"], out);
}

}  // namespace

bool Expansion::is_equality(const Node& node) const {
    if (!node.is("OPEXPR") || node.list("args").size() != 2) return false;
    const auto* function = catalog_.function(static_cast<Oid>(node.number("opfuncid")));
    return function != nullptr && function->is_builtin() &&
           std::find(kEqual.begin(), kEqual.end(), function->name) != kEqual.end();
}

void Expansion::add_conditions(const Node& from, Block& block) {
    enum JoinType : std::uint8_t { Inner, Left, Full, Right };
    for (const Node& item : from.list("fromlist"))
        add_conditions(item, block);
    if (from.is("FROMEXPR")) return add_condition(from["quals"], block, nullptr);
    if (!from.is("JOINEXPR")) return;
    add_conditions(from["larg"], block);
    add_conditions(from["rarg"], block);
    const std::int64_t type = from.number("jointype");
    std::set<std::int64_t> nullable_side;
    if (type == Inner) return add_condition(from["quals"], block, nullptr);
    if (type == Full) return;
    collect_range(from[type == Left ? "rarg" : "larg"], nullable_side);
    add_condition(from["quals"], block, &nullable_side);
}

/// Of an outer join's condition only this much is certain: a row of the nullable side shows in rows
/// that satisfy it. Rows of the other side show without a partner, too.
void Expansion::add_condition(const Node& condition, Block& block,
                              const std::set<std::int64_t>* nullable_side) {
    if (condition.is("BOOLEXPR") && condition["boolop"].text == "and") {
        for (const Node& part : condition.list("args"))
            add_condition(part, block, nullable_side);
        return;
    }
    if (!is_equality(condition)) return;
    const auto sides = condition.list("args");
    add_steps(sides[0], sides[1], block, nullable_side);
    add_steps(sides[1], sides[0], block, nullable_side);
}

void Expansion::add_steps(const Node& from, const Node& to, Block& block,
                          const std::set<std::int64_t>* nullable_side) {
    const Node& column = variable(from, block);
    if (!column.is("VAR") || column.number("varlevelsup") != 0) return;
    if (nullable_side != nullptr && !nullable_side->contains(column.number("varno"))) return;
    add_steps(resolve(block, column), resolve(block, to));
}

void Expansion::add_steps(const References& from, const References& to) {
    for (const Reference& a : from)
        for (const Reference& b : to)
            if (a.reaches && b.sole && a.source != b.source)
                equalities_.push_back({.from = a.source,
                                       .from_column = a.column,
                                       .to = b.source,
                                       .to_column = b.column});
}

/// Follows the columns of joins to those of the joined items.
const Node& Expansion::variable(const Node& expression, const Block& block) const {
    const Node* node = &without_relabel(expression);
    for (int i = 0; i < 64 && node->is("VAR") && node->number("varlevelsup") == 0; ++i) {
        const auto range = block.query->list("rtable");
        const auto varno = static_cast<std::size_t>(node->number("varno"));
        if (varno < 1 || varno > range.size()) break;
        auto columns = range[varno - 1].list("joinaliasvars");
        if (columns.empty()) columns = range[varno - 1].list("groupexprs");
        const auto column = static_cast<std::size_t>(node->number("varattno"));
        if (column < 1 || column > columns.size()) break;
        node = &without_relabel(columns[column - 1]);
    }
    return *node;
}

Expansion::References Expansion::resolve(const Block& block, const Node& expression) {
    const Node* node = &without_relabel(expression);
    if (!node->is("VAR")) return {};
    const Block* owner = &block;
    for (std::int64_t levels = node->number("varlevelsup"); owner && levels > 0; --levels)
        owner = owner->parent;
    if (owner == nullptr) return {};
    if (node->number("varlevelsup") == 0) {
        node = &variable(*node, *owner);
        if (!node->is("VAR")) return {};
        if (node->number("varlevelsup") != 0) return resolve(block, *node);
    }
    return resolve_column(*owner, node->number("varno"), node->number("varattno"));
}

Expansion::References Expansion::resolve_column(const Block& block, std::int64_t varno,
                                                std::int64_t column) {
    const auto found = block.items.find(varno);
    if (found == block.items.end() || column < 1) return {};
    const Item& item = found->second;
    if (item.source >= 0) {
        const auto number = static_cast<AttributeNumber>(column);
        const auto* made =
            occurrences_[static_cast<std::size_t>(item.source)].table->column(number);
        if (made == nullptr) return {};
        return {{.source = item.source,
                 .column = number,
                 .nullable = item.nullable || !made->not_null}};
    }
    References out;
    for (const Block* each : item.blocks)
        for (const Node& target : each->query->list("targetList")) {
            if (target.number("resno") != column) continue;
            for (Reference reference : resolve(*each, target["expr"])) {
                reference.reaches = reference.reaches && !each->barrier;
                reference.sole = reference.sole && item.blocks.size() == 1;
                reference.nullable = reference.nullable || item.nullable;
                out.push_back(reference);
            }
        }
    return out;
}

}  // namespace fraiseql::projection
