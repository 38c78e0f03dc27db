// SPDX-License-Identifier: MIT
#include "projection/expansion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lineage/node.hpp"

namespace fraiseql::projection {
namespace {

using catalog::AttributeNumber;
using catalog::Oid;
using catalog::Relation;
using catalog::Role;
using lineage::Node;

/// RTEKind of nodes/parsenodes.h.
enum class RangeKind : std::uint8_t {
    Relation,
    Subquery,
    Join,
    Function,
    TableFunction,
    Values,
    CommonTable
};

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxBlocks = 2000;

bool is_barrier(const Node& query) {
    return !query["limitCount"].is_null() || !query["limitOffset"].is_null() ||
           query.flag("hasWindowFuncs") || query.flag("hasDistinctOn") ||
           !query.list("groupingSets").empty();
}

const Node* entry_of(const Block& block, std::int64_t rtindex) {
    const auto range = block.query->list("rtable");
    const bool known = rtindex >= 1 && static_cast<std::size_t>(rtindex) <= range.size();
    return known ? &range[static_cast<std::size_t>(rtindex) - 1] : nullptr;
}

bool escapes_row_security(const Relation& table, const Role& role) {
    if (!table.row_security || role.superuser || role.bypasses_rls) return true;
    return table.owner.oid == role.oid && !table.force_row_security;
}

}  // namespace

void Expansion::refuse(std::string sentence) {
    if (std::find(refusals_.begin(), refusals_.end(), sentence) == refusals_.end())
        refusals_.push_back(std::move(sentence));
}

void Expansion::expand(const Relation& view, AttributeNumber key) {
    const Node* query = read_rule(view);
    if (query == nullptr) return;
    const Role role = view.security_invoker ? catalog_.current_user() : view.owner;
    for (Block* root : open_query(*query, nullptr, role)) {
        if (root->barrier)
            refuse(
                "its LIMIT, window function, DISTINCT ON or grouping set lets one row decide about "
                "others");
        References keys;
        for (const Node& target : root->query->list("targetList"))
            if (target.number("resno") == key) keys = resolve(*root, target["expr"]);
        if (keys.empty()) refuse("its key is not a column of a table");
        for (const Reference& each : keys)
            if (each.reaches)
                equalities_.push_back(
                    {.from = each.source, .from_column = each.column, .to = -1, .to_column = 0});
    }
}

const Node* Expansion::read_rule(const Relation& view) {
    auto rule = lineage::read_node(view.rule, arena_);
    if (rule && rule->items.size() == 1 && rule->items[0].is("QUERY"))
        return arena_.make<Node>(rule->items[0]);
    refuse(fmt::format("the rule of {} cannot be read", catalog_.display_name(view)));
    return nullptr;
}

std::vector<Block*> Expansion::open_query(const Node& query, Block* parent, const Role& role) {
    if (depth_ > kMaxDepth || blocks_.size() > kMaxBlocks) {
        refuse("it is nested too deeply");
        return {};
    }
    ++depth_;
    Block& block = blocks_.emplace_back(
        Block{.query = &query, .parent = parent, .role = role, .barrier = is_barrier(query)});
    std::vector<Block*> out;
    if (query["setOperations"].is_record()) {
        out = open_set_operation(block);
    } else {
        std::set<std::int64_t> inside;
        open_from(query["jointree"], block, false, inside);
        add_conditions(query["jointree"], block);
        out.push_back(&block);
    }
    for (std::string_view part :
         {"targetList", "jointree", "havingQual", "limitOffset", "limitCount", "windowClause"})
        walk(query[part], block);
    --depth_;
    return out;
}

/// Each query of a UNION, INTERSECT or EXCEPT stands for itself: a row of it shows in rows with the
/// same values only.
std::vector<Block*> Expansion::open_set_operation(Block& block) {
    std::vector<Block*> out;
    std::vector<const Node*> rest = {&(*block.query)["setOperations"]};
    while (!rest.empty()) {
        const Node& node = *rest.back();
        rest.pop_back();
        if (node.is("SETOPERATIONSTMT")) {
            rest.push_back(&node["larg"]);
            rest.push_back(&node["rarg"]);
        } else if (const Node* entry = entry_of(block, node.number("rtindex"))) {
            for (Block* each : open_query((*entry)["subquery"], &block, block.role)) {
                each->barrier = each->barrier || block.barrier;
                out.push_back(each);
            }
        }
    }
    return out;
}

void Expansion::open_from(const Node& from, Block& block, bool nullable,
                          std::set<std::int64_t>& inside) {
    if (from.is("RANGETBLREF")) {
        inside.insert(from.number("rtindex"));
        return open_item(from.number("rtindex"), block, nullable);
    }
    for (const Node& item : from.list("fromlist"))
        open_from(item, block, nullable, inside);
    if (!from.is("JOINEXPR")) return;
    const std::int64_t type = from.number("jointype");
    open_from(from["larg"], block, nullable || type >= 2, inside);
    open_from(from["rarg"], block, nullable || type == 1 || type == 2, inside);
}

void Expansion::open_item(std::int64_t rtindex, Block& block, bool nullable) {
    const Node* entry = entry_of(block, rtindex);
    if (entry == nullptr) return refuse("its FROM cannot be read");
    Item item{.nullable = nullable};
    const auto kind = static_cast<RangeKind>(entry->number("rtekind", 99));
    if (kind == RangeKind::Relation) open_relation(*entry, block, item);
    if (kind == RangeKind::Subquery)
        item.blocks = open_query((*entry)["subquery"], &block, block.role);
    if (kind == RangeKind::CommonTable) open_common_table(*entry, block, item);
    for (std::string_view part : {"functions", "values_lists", "tablefunc"})
        walk((*entry)[part], block);
    block.items[rtindex] = std::move(item);
}

void Expansion::open_relation(const Node& entry, Block& block, Item& item) {
    const Relation* relation = catalog_.relation(static_cast<Oid>(entry.number("relid")));
    if (relation == nullptr) return refuse("it reads a table of PostgreSQL's own");
    const std::string name = catalog_.display_name(*relation);
    if (!entry["tablesample"].is_null()) refuse(fmt::format("it reads a sample of {}", name));
    if (relation->kind == Relation::Kind::View) {
        const Role role = relation->security_invoker ? block.role : relation->owner;
        if (const Node* query = read_rule(*relation))
            item.blocks = open_query(*query, nullptr, role);
        return;
    }
    if (relation->kind == Relation::Kind::MaterializedView)
        return refuse(fmt::format("it reads {}, whose REFRESH fires no triggers", name));
    if (relation->kind == Relation::Kind::ForeignTable)
        return refuse(fmt::format("it reads {}, a foreign table", name));
    if (relation->is_partition)
        return refuse(fmt::format(
            "it reads {}, a partition: what is written through its parent fires no trigger", name));
    add_source(entry, *relation, block, item);
}

void Expansion::add_source(const Node& entry, const Relation& table, Block& block, Item& item) {
    if (!escapes_row_security(table, block.role))
        refuse(
            fmt::format("row-level security hides rows of {} from {}: the stored rows would "
                        "depend on who changes them",
                        catalog_.display_name(table), block.role.name));
    std::string alias(entry["eref"]["aliasname"].text);
    if (alias.empty()) alias = table.name;
    auto taken = [&](const std::string& name) {
        // Names that the generated functions use themselves.
        return name == "changed" || name == "it" || name == "f" || name == "l" ||
               std::any_of(occurrences_.begin(), occurrences_.end(),
                           [&](const Occurrence& o) { return o.alias == name; });
    };
    std::string unique = alias;
    for (int i = 2; taken(unique); ++i)
        unique = fmt::format("{}_{}", alias, i);
    item.source = static_cast<int>(occurrences_.size());
    occurrences_.push_back({&table, std::move(unique)});
}

void Expansion::open_common_table(const Node& entry, Block& block, Item& item) {
    Block* owner = &block;
    for (std::int64_t levels = entry.number("ctelevelsup"); owner && levels > 0; --levels)
        owner = owner->parent;
    if (entry.flag("self_reference") || owner == nullptr)
        return refuse("it has a recursive WITH query");
    for (const Node& with : owner->query->list("cteList")) {
        if (with["ctename"].text != entry["ctename"].text) continue;
        if (with.flag("cterecursive")) return refuse("it has a recursive WITH query");
        item.blocks = open_query(with["ctequery"], owner, owner->role);
    }
}

void Expansion::walk(const Node& node, Block& block) {
    if (node.kind == Node::Kind::List) {
        for (const Node& item : node.items)
            walk(item, block);
        return;
    }
    if (!node.is_record() || node.is("QUERY")) return;
    check_call(node);
    if (node.is("SUBLINK")) open_sub_link(node, block);
    for (const lineage::NodeField& field : node.fields)
        walk(field.value, block);
}

void Expansion::check_call(const Node& node) {
    if (node.is("SQLVALUEFUNCTION")) refuse("it uses the session's user, date or time");
    if (node.is("NEXTVALUEEXPR")) refuse("it takes numbers from a sequence");
    if (node.is("SETTODEFAULT") || node.is("CURRENTOFEXPR")) refuse("it cannot be read");
    for (std::string_view field : {"funcid", "opfuncid", "aggfnoid", "winfnoid"}) {
        const auto oid = static_cast<Oid>(node.number(field));
        if (oid == 0) continue;
        const catalog::Function* function = catalog_.function(oid);
        const std::string reason =
            function == nullptr ? "it calls a function that is not known" : why_unsteady(*function);
        if (!reason.empty()) refuse(reason);
    }
}

void Expansion::open_sub_link(const Node& node, Block& block) {
    constexpr std::int64_t kAny = 2;
    const std::vector<Block*> inner = open_query(node["subselect"], &block, block.role);
    const Node& test = node["testexpr"];
    if (node.number("subLinkType") != kAny || !is_equality(test)) return;
    const Node& column = test.list("args")[1];
    if (!column.is("PARAM")) return;
    // A null in the list decides about every row: only columns without one are like a join.
    for (Block* each : inner)
        for (const Node& target : each->query->list("targetList")) {
            if (target.number("resno") != column.number("paramid")) continue;
            References from = resolve(*each, target["expr"]);
            for (Reference& reference : from)
                reference.reaches = reference.reaches && !each->barrier && !reference.nullable;
            add_steps(from, resolve(block, test.list("args")[0]));
        }
}

}  // namespace fraiseql::projection
