// SPDX-License-Identifier: MIT
#include "explain/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "explain/index_advice.hpp"

namespace fraiseql::explain {
namespace {

/// Smaller tables are read as fast without an index.
constexpr double kMinRows = 5000;
/// An index pays where it leads to few of the rows.
constexpr double kMaxFraction = 0.1;
/// A node that takes less than this part of the statement is not worth an index.
constexpr double kMinShare = 0.05;
/// Estimates within this factor rarely change a plan, nor do those of few rows.
constexpr double kOff = 10;
constexpr double kMinOffRows = 1000;

std::string table_name(const PlanNode& node) {
    return node.schema.empty() ? node.relation : node.schema + '.' + node.relation;
}

std::string where(const PlanNode& node) {
    return node.path.empty() ? "" : fmt::format(" for {}", node.path);
}

std::string count(double rows) { return fmt::format("{}", std::llround(rows)); }

/// What stands above a node.
struct Above {
    /// The order that a LIMIT wants of all the rows below, as long as nothing but joins is between.
    std::vector<std::string> order = {};
    bool limit = false;
    /// Rows after which the nearest LIMIT stops; 0: there is none.
    double limit_rows = 0;
    /// The node may have been stopped before its last row.
    bool stopped = false;
};

Above below_node(const PlanNode& node, const PlanNode& child, Above above) {
    if (!child.subplan.empty()) return {.stopped = true};
    const std::string& type = node.type;
    if (type == "Limit") {
        above.limit = above.stopped = true;
        above.limit_rows = node.rows;
        above.order.clear();
    } else if (type == "Sort" || type == "Incremental Sort") {
        above.order = above.limit ? node.sort_key : std::vector<std::string>{};
        above.stopped = false;
        above.limit_rows = 0;
    } else if (type == "Hash" || type == "Materialize" ||
               type.find("Aggregate") != std::string::npos) {
        above = {};
    } else if (type.find("Merge") != std::string::npos || type.find("Semi") != std::string::npos ||
               type.find("Anti") != std::string::npos) {
        above.stopped = true;
    }
    return above;
}

class HintFinder {
  public:
    HintFinder(const std::vector<TableFacts>& tables, const std::vector<Refusal>& refusals)
        : tables_(tables), refusals_(refusals) {}

    void look(const PlanNode& node, const Above& above) {
        const TableFacts* table = facts_of(tables_, node);
        if (table != nullptr) {
            if (!never_analyzed(node, *table)) estimate(node, *table, above);
            index(node, *table, above);
        }
        computed(node, table);
        for (const PlanNode& child : node.children)
            look(child, below_node(node, child, above));
    }

    std::vector<Hint> hints = {};

  private:
    void add(Hint hint) {
        const bool first = told_.insert(hint.code + hint.sql + hint.message).second;
        if (first) hints.push_back(std::move(hint));
    }

    bool never_analyzed(const PlanNode& node, const TableFacts& table) {
        // A table that PostgreSQL knows nothing of has at least these pages if it is not small.
        constexpr double kMinPages = 50;
        const bool large = node.rows >= kMinRows || table.pages >= kMinPages ||
                           (node.actual && node.actual->rows + node.rows_removed >= kMinRows);
        const bool unknown = (table.rows < 0 || !table.ever_analyzed) && table.kind != 'f';
        if (!unknown || !large) return unknown;
        add({.code = "never-analyzed",
             .path = node.path,
             .message = fmt::format("{} has no statistics: PostgreSQL plans{} by guesses.",
                                    table_name(node), where(node)),
             .sql = fmt::format("ANALYZE {};", table.owner)});
        return true;
    }

    void estimate(const PlanNode& node, const TableFacts& table, const Above& above) {
        if (!node.actual || node.actual->loops < 1) return;
        const double actual = std::max(node.actual->rows, 1.0);
        const double planned = std::max(node.rows, 1.0);
        if (std::max(actual, planned) < kMinOffRows) return;
        const bool more = actual >= kOff * planned;
        const bool fewer = planned >= kOff * actual && !above.stopped;
        if (!more && !fewer) return;
        const bool stale = table.changed >= table.rows / 10;
        Hint hint{.code = "stale-statistics", .path = node.path, .message = {}};
        hint.message = fmt::format("{}{}: {} rows were expected, {} came.", table_name(node),
                                   where(node), count(node.rows), count(node.actual->rows));
        hint.sql = fmt::format("ANALYZE {};", table.owner);
        if (!stale)
            hint.note =
                "The statistics are recent: where conditions depend on each other, CREATE "
                "STATISTICS over their columns tells PostgreSQL so.";
        add(std::move(hint));
    }

    /// Rows that the node reads to return those that it does: for all of its loops where it ran.
    static double rows_read(const PlanNode& node, const TableFacts& table, const Above& above) {
        if (node.actual) {
            const bool shared = node.type.starts_with("Parallel ");
            return (node.actual->rows + node.rows_removed) * (shared ? node.actual->loops : 1);
        }
        if (above.limit_rows == 0) return table.rows;
        return table.rows * std::min(1.0, above.limit_rows / std::max(node.rows, 1.0));
    }

    /// Reads the whole table, or all of it in the order of an index that decides no condition.
    static bool reads_all(const PlanNode& node) {
        if (node.type.ends_with("Seq Scan")) return true;
        const bool decides =
            std::any_of(node.conditions.begin(), node.conditions.end(),
                        [](const auto& condition) { return condition.first == "Index Cond"; });
        return node.type == "Index Scan" && !decides;
    }

    void index(const PlanNode& node, const TableFacts& table, const Above& above) {
        const bool sorted = !above.order.empty();
        const double kept = node.actual ? node.actual->rows : node.rows;
        const double read = rows_read(node, table, above);
        const bool few = !node.filter.empty() && kept <= kMaxFraction * read;
        if (!reads_all(node) || read < kMinRows || (!few && !sorted)) return;
        if (node.share < kMinShare && !sorted) return;
        const auto advice = advise_index(node, table, above.order);
        if (!advice) return;
        add({.code = "missing-index",
             .path = node.path,
             .message = fmt::format("{} reads {} rows of {}{} to {}: no index serves {}.",
                                    node.type, count(read), table_name(node), where(node),
                                    few ? "keep " + count(kept) : "sort them", advice->purpose),
             .sql = advice->sql,
             .note = advice->note});
    }

    /// A condition on a document that a view makes.
    void computed(const PlanNode& node, const TableFacts* table) {
        std::string conditions = node.filter;
        for (const auto& [name, text] : node.conditions)
            if (name == "Join Filter") conditions += text;
        const bool made = conditions.find("json_build_object") != std::string::npos ||
                          conditions.find("jsonb_build_object") != std::string::npos ||
                          (table == nullptr && conditions.find("->") != std::string::npos);
        double read = table != nullptr ? table->rows : 0;
        for (const PlanNode& child : node.children)
            read = std::max(read, child.rows);
        if (node.actual) read = node.actual->rows + node.rows_removed;
        if (!made || read < kMinRows) return;
        const std::string root = node.path.substr(0, node.path.find('.'));
        for (const Refusal& refusal : refusals_)
            if (refusal.root == root)
                add({.code = "computed-condition",
                     .path = node.path,
                     .message = fmt::format("The condition is on the document of {}, which is "
                                            "computed for each of {} rows{}: {}",
                                            refusal.view, count(read), where(node), refusal.reason),
                     .note = "Give the view a column with that value, or make it one that can be "
                             "seen through."});
    }

    const std::vector<TableFacts>& tables_;
    const std::vector<Refusal>& refusals_;
    std::set<std::string> told_ = {};
};

}  // namespace

std::vector<Hint> find_hints(const QueryPlan& plan, const std::vector<TableFacts>& tables,
                             const std::vector<Refusal>& refusals) {
    HintFinder finder(tables, refusals);
    finder.look(plan.root, {});
    return std::move(finder.hints);
}

}  // namespace fraiseql::explain
