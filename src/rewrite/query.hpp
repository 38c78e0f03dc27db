// SPDX-License-Identifier: MIT
// Query: a SELECT of a view's definition, its text and its node tree side by side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lineage/node.hpp"
#include "rewrite/tokens.hpp"

namespace fraiseql::rewrite {

/// An expression: what PostgreSQL printed for it, and what it means.
struct Expression {
    const Tokens* tokens = nullptr;
    Slice text = {};
    const lineage::Node* tree = nullptr;
};

/// A result column. The name is what the text gives it; empty where it gives none.
struct Target {
    std::string name;
    Expression value;
};

/// A plain SELECT, cut into its clauses.
struct Query {
    const Tokens* tokens = nullptr;
    const lineage::Node* tree = nullptr;
    Slice text = {};
    std::vector<Target> targets = {};
    Slice from = {};
    /// WHERE, GROUP BY and HAVING with all that follows but ORDER BY.
    Slice conditions = {};
    /// ORDER BY, LIMIT and OFFSET.
    Slice order = {};
    /// Rows are grouped: expressions must be those that GROUP BY allows.
    bool grouped = false;
};

/// Cuts the SELECT in `text` (without parentheses around it) along `tree`, a QUERY. Returns nothing
/// where they do not match, or where the query is of a kind in which no expression may be left out:
/// set operations, DISTINCT, WITH, window functions, sets in the targets, row locks.
std::optional<Query> read_query(const Tokens& tokens, Slice text, const lineage::Node& tree);

/// Says which of these the query is, as a clause that follows "it "; empty where it is none.
std::string why_kept_whole(const lineage::Node& query);

/// Whether the query yields exactly one row, whatever it reads.
bool yields_one_row(const lineage::Node& query);

}  // namespace fraiseql::rewrite
