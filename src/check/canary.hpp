// SPDX-License-Identifier: MIT
// Canaries: rows of tenants that nobody has, planted to see who notices them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/relation.hpp"

namespace fraiseql::check {

/// A column of a table, as canary_columns_sql() returns it.
struct CanaryColumn {
    std::string name;
    /// Name of the type, of the base type for domains: `int4`, `uuid`, `_text`.
    std::string type;
    /// The first label of an enum; empty for other types.
    std::string label = {};
    bool required = false;
    /// PostgreSQL fills it in: a default, an identity, a generated column.
    bool filled = false;
    /// The table and column that it refers to, ready for SQL; empty where there is none.
    std::string target = {};
    std::string target_column = {};
    /// Most characters; 0: no limit.
    int length = 0;
};

struct CanaryTable {
    catalog::Oid oid = 0;
    /// `public.tb_note`, ready for SQL.
    std::string name;
    /// The column that says whose a row is; empty for tables that all tenants share.
    std::string tenant_column = {};
    std::vector<CanaryColumn> columns = {};
};

/// Returns a SELECT of all columns of ordinary tables: table, the members of CanaryColumn, oid.
std::string_view canary_columns_sql() noexcept;

/// Returns the tables that have a column `tenant_column`, those that such columns refer to, and
/// those that either refers to, in any order; out of `all`.
std::vector<CanaryTable> canary_tables(const std::vector<CanaryTable>& all,
                                       std::string_view tenant_column);

/// Returns the INSERT of the n-th row of `tenant` (empty for shared tables) into `table`, all of
/// whose values are constants. `only_required` leaves out what may be NULL. `tables` says what the
/// table may refer to.
std::string insert_canary(const CanaryTable& table, const std::vector<CanaryTable>& tables,
                          std::string_view tenant, int n, bool only_required);

}  // namespace fraiseql::check
