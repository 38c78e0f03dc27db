// SPDX-License-Identifier: MIT
// TableFacts: what advice on a table needs to know of it, from PostgreSQL's catalog.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "explain/plan_node.hpp"

namespace fraiseql::explain {

/// An index that can serve every query: valid, and not partial.
struct IndexFacts {
    std::string method;
    /// Columns and expressions as pg_get_indexdef() prints them, and their operator classes.
    std::vector<std::string> keys = {};
    std::vector<std::string> operator_classes = {};
};

struct TableFacts {
    std::string schema;
    std::string name;
    /// Where an index or statistics belong: the table itself, or what it is a partition of.
    std::string owner = {};
    /// It has partitions, or is one.
    bool partitioned = false;
    /// As pg_class.relkind.
    char kind = 'r';
    /// As of the last VACUUM or ANALYZE; -1 where there was none.
    double rows = -1;
    double pages = 0;
    /// Rows that changed since the last ANALYZE.
    double changed = 0;
    bool ever_analyzed = false;
    std::vector<IndexFacts> indexes = {};
};

/// The statement that finds the facts: $1 is table_names(), it returns one JSON value.
std::string_view table_facts_sql();

/// Returns a JSON array of the tables that the plans read, each as [schema, name].
std::string table_names(const std::vector<const PlanNode*>& plans);

Result<std::vector<TableFacts>> read_table_facts(std::string_view json);

/// Returns the facts of a node's relation, or nullptr.
const TableFacts* facts_of(const std::vector<TableFacts>& tables, const PlanNode& node);

}  // namespace fraiseql::explain
