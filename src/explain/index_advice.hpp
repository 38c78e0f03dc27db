// SPDX-License-Identifier: MIT
// Index advice: the index that a node's conditions and the order above it could use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/table_facts.hpp"

namespace fraiseql::explain {

struct IndexAdvice {
    /// The statement that creates it.
    std::string sql = {};
    /// What it is for: "the condition (p.status = 'x')".
    std::string purpose = {};
    /// What has to be known before; empty where there is nothing.
    std::string note = {};
};

/// Returns an index for the conditions under which `scan` keeps rows, and, where `order` has
/// anything, for the order in which a LIMIT above wants them: sort keys as EXPLAIN prints them.
/// Nothing where no index could help, or where the table has it already.
std::optional<IndexAdvice> advise_index(const PlanNode& scan, const TableFacts& table,
                                        const std::vector<std::string>& order);

}  // namespace fraiseql::explain
