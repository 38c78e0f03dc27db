// SPDX-License-Identifier: MIT
// Hints: what would make a statement cheaper, as far as its plan proves it.
#pragma once

#include <string>
#include <vector>

#include "explain/plan_node.hpp"
#include "explain/table_facts.hpp"

namespace fraiseql::explain {

struct Hint {
    /// A stable word: `missing-index`, `stale-statistics`, `never-analyzed`, `computed-condition`.
    std::string code;
    /// The field that is slow for it; may be empty.
    std::string path = {};
    std::string message;
    /// The statement to run; may be empty.
    std::string sql = {};
    std::string note = {};
};

/// Why the document of a root field's view is computed whole before its conditions are looked at.
struct Refusal {
    /// The root field's response key.
    std::string root;
    std::string view;
    std::string reason;
};

/// Returns the hints for one statement, whose plan has been attributed. What is small or quick
/// anyway gets none: advice costs writes and disk.
std::vector<Hint> find_hints(const QueryPlan& plan, const std::vector<TableFacts>& tables,
                             const std::vector<Refusal>& refusals);

}  // namespace fraiseql::explain
