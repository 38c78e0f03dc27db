// SPDX-License-Identifier: MIT
// Scope: one query while its expressions are being inferred: its range table and what is certain.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lineage/node.hpp"
#include "lineage/shape.hpp"

namespace fraiseql::lineage {

/// A column of a query's result.
struct ResultColumn {
    std::string name;
    ShapePointer shape;
};
using ResultColumns = std::vector<ResultColumn>;

/// RTEKind of nodes/parsenodes.h; the numbers are the same in PostgreSQL 13 to 18, Group is of 18.
enum class RangeKind : std::uint8_t {
    Relation,
    Subquery,
    Join,
    Function,
    TableFunction,
    Values,
    CommonTable,
    NamedTuples,
    Result,
    Group
};

/// An item of FROM: entry `varno - 1` of the range table.
struct RangeEntry {
    const Node* node = nullptr;
    RangeKind kind = RangeKind::Result;
    /// Some outer join may fill its columns with nulls.
    bool nullable_side = false;
    /// Columns of what is inferred at once; empty for relations and joins.
    ResultColumns columns = {};
};

/// A result column's expression, without the junk that only ORDER BY and GROUP BY need.
struct Target {
    AttributeNumber number = 0;
    const Node* expression = nullptr;
};

/// What the rows of a recursive WITH query are known to be so far.
struct RecursiveQuery {
    const Node* query = nullptr;
    ResultColumns columns = {};
};

struct Scope {
    const Node& query;
    Scope* parent = nullptr;
    std::vector<RangeEntry> range = {};
    std::vector<Target> targets = {};
    /// GROUPING SETS, ROLLUP or CUBE: any grouped column may become null.
    bool has_grouping_sets = false;
    /// (varno, column) of columns that are not null wherever expressions are evaluated now.
    std::vector<std::pair<std::int64_t, std::int64_t>> not_null = {};
    /// Results of the WITH queries that this query declares, by the name it gives them.
    std::map<std::string_view, ResultColumns> with = {};
    /// The recursive WITH queries of this query that are being inferred right now.
    std::map<std::string_view, RecursiveQuery*> recursive = {};

    /// Returns the scope `levels` further out, or nullptr.
    Scope* outer(std::int64_t levels) noexcept {
        Scope* scope = this;
        for (; scope && levels > 0; --levels)
            scope = scope->parent;
        return scope;
    }

    /// Returns the entry that a VAR's varno names, or nullptr.
    RangeEntry* entry(std::int64_t varno) noexcept {
        bool known = varno >= 1 && static_cast<std::size_t>(varno) <= range.size();
        return known ? &range[static_cast<std::size_t>(varno) - 1] : nullptr;
    }

    /// Tells whether a column of that entry, and so its whole row, is certain to be there.
    bool row_is_present(std::int64_t varno) const noexcept {
        for (const auto& fact : not_null) {
            if (fact.first == varno) return true;
        }
        return false;
    }
};

}  // namespace fraiseql::lineage
