// SPDX-License-Identifier: MIT
#include "explain/plan_node.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "json/value.hpp"

namespace fraiseql::explain {
namespace {

using json::Value;

/// Each level of a plan is two of JSON.
constexpr int kMaxDepth = 1000;

std::string text_of(const Value& node, std::string_view name) {
    const Value* value = node.find(name);
    return value != nullptr && value->is_string() ? std::string(value->text) : std::string();
}

std::optional<double> number_of(const Value& node, std::string_view name) {
    const Value* value = node.find(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    double number = 0;
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
    return number;
}

std::vector<std::string> texts_of(const Value& node, std::string_view name) {
    std::vector<std::string> out;
    if (const Value* list = node.find(name))
        for (const Value& item : list->items)
            out.emplace_back(item.text);
    return out;
}

/// The words of the text form: FORMAT JSON keeps "Nested Loop" and "Left" apart.
std::string type_of(const Value& node) {
    std::string out = text_of(node, "Node Type");
    const Value* parallel = node.find("Parallel Aware");
    if (parallel != nullptr && parallel->kind == Value::Kind::True) out = "Parallel " + out;
    const std::string join = text_of(node, "Join Type");
    if (!join.empty() && join != "Inner") {
        if (out.ends_with(" Join")) out.resize(out.size() - 5);
        out += ' ' + join + " Join";
    }
    const std::string strategy = text_of(node, "Strategy");
    if (out == "Aggregate" && strategy == "Hashed") out = "HashAggregate";
    if (out == "Aggregate" && strategy == "Sorted") out = "GroupAggregate";
    return out;
}

PlanNode read_node(const Value& value) {
    PlanNode node{.type = type_of(value)};
    node.schema = text_of(value, "Schema");
    node.relation = text_of(value, "Relation Name");
    node.alias = text_of(value, "Alias");
    node.index = text_of(value, "Index Name");
    for (const char* name : {"Function Name", "CTE Name"})
        if (node.scanned.empty()) node.scanned = text_of(value, name);
    node.subplan = text_of(value, "Subplan Name");
    node.output = texts_of(value, "Output");
    node.filter = text_of(value, "Filter");
    for (const char* name : {"Index Cond", "Recheck Cond", "TID Cond", "Hash Cond", "Merge Cond",
                             "Join Filter", "One-Time Filter"})
        if (std::string condition = text_of(value, name); !condition.empty())
            node.conditions.emplace_back(name, std::move(condition));
    node.sort_key = texts_of(value, "Sort Key");
    node.cost = number_of(value, "Total Cost").value_or(0);
    node.rows = number_of(value, "Plan Rows").value_or(0);
    if (const auto rows = number_of(value, "Actual Rows"))
        node.actual = {*rows, number_of(value, "Actual Loops").value_or(1),
                       number_of(value, "Actual Total Time").value_or(0)};
    for (const char* name : {"Rows Removed by Filter", "Rows Removed by Index Recheck"})
        node.rows_removed += number_of(value, name).value_or(0);
    node.blocks_hit = number_of(value, "Shared Hit Blocks");
    node.blocks_read = number_of(value, "Shared Read Blocks").value_or(0);
    node.blocks_spilled = number_of(value, "Temp Written Blocks").value_or(0);
    if (const Value* children = value.find("Plans"))
        for (const Value& child : children->items)
            node.children.push_back(read_node(child));
    return node;
}

/// What a node and all below it take: time where it was measured, else the estimate.
double whole(const PlanNode& node) {
    return node.actual ? node.actual->time * std::max(node.actual->loops, 1.0) : node.cost;
}

/// Splits `part` between the node and its children. A LIMIT stops its input early, and an estimate
/// says what that input would take to its end: such inputs share what the LIMIT takes.
void split(PlanNode& node, double part) {
    double below = 0;
    for (const PlanNode& child : node.children)
        below += whole(child);
    const double all = std::max(whole(node), below);
    double left = part;
    for (PlanNode& child : node.children) {
        const double own = all > 0 ? part * whole(child) / all : 0;
        split(child, own);
        left -= own;
    }
    node.share = std::max(left, 0.0);
}

}  // namespace

Result<QueryPlan> read_plan(std::string_view json) {
    Arena arena;
    FRAISEQL_TRY(const Value document, json::read(json, arena, kMaxDepth));
    const Value* plan = document.items.empty() ? nullptr : document.items.front().find("Plan");
    if (plan == nullptr)
        return fail(ErrorCode::InternalServerError, "PostgreSQL's plan has an unknown form.");
    QueryPlan out{.root = read_node(*plan)};
    out.planning_time = number_of(document.items.front(), "Planning Time");
    out.execution_time = number_of(document.items.front(), "Execution Time");
    split(out.root, 1);
    return out;
}

}  // namespace fraiseql::explain
