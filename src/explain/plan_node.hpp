// SPDX-License-Identifier: MIT
// PlanNode: PostgreSQL's plan of a statement, as EXPLAIN (VERBOSE, FORMAT JSON) prints it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::explain {

/// What ANALYZE measured of a node; rows and time are means of one loop.
struct Actual {
    double rows = 0;
    double loops = 0;
    /// Milliseconds from the start to the last row, including the nodes below.
    double time = 0;
};

/// How sure it is that a node works for the field that it names.
enum class Attribution : unsigned char {
    /// It works for no single field.
    None,
    /// What it returns becomes that field.
    Field,
    /// It stands below the nodes of that field, for a join or a condition.
    Enclosing
};

struct PlanNode {
    /// "Seq Scan", "Hash Left Join", "Aggregate": what EXPLAIN calls it in its text form.
    std::string type = {};
    std::string schema = {};
    std::string relation = {};
    std::string alias = {};
    std::string index = {};
    /// A function or a common table expression that is scanned.
    std::string scanned = {};
    /// "SubPlan 1", "InitPlan 2 (returns $1)", "CTE x"; empty for plain inputs.
    std::string subplan = {};
    std::vector<std::string> output = {};
    std::string filter = {};
    /// "Index Cond", "Hash Cond", …: name and text, without `filter`.
    std::vector<std::pair<std::string, std::string>> conditions = {};
    std::vector<std::string> sort_key = {};
    double cost = 0;
    double rows = 0;
    std::optional<Actual> actual = {};
    /// In one loop.
    double rows_removed = 0;
    /// Blocks of 8 kB, including the nodes below; only with BUFFERS.
    std::optional<double> blocks_hit = {};
    double blocks_read = 0;
    double blocks_spilled = 0;
    std::vector<PlanNode> children = {};

    /// The part of the whole statement's time, or cost, that is this node's own: 0 to 1.
    double share = 0;
    /// Response keys from the root: `posts.author`. Empty where there is no attribution.
    std::string path = {};
    Attribution attribution = Attribution::None;
};

struct QueryPlan {
    PlanNode root = {};
    /// Milliseconds; only with ANALYZE.
    std::optional<double> planning_time = {};
    std::optional<double> execution_time = {};
};

/// Reads the one value that EXPLAIN (FORMAT JSON) returns, and computes the shares. Fails with
/// InternalServerError where it is none.
Result<QueryPlan> read_plan(std::string_view json);

}  // namespace fraiseql::explain
