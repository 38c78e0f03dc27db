// SPDX-License-Identifier: MIT
// Operators as SQL: those of an extension are named with their schema where it is not on the
// search_path, since others of the same name would take their place (citext = as text = text).
#pragma once

#include "catalog/catalog.hpp"
#include "schema/operator.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns ` = ` or whatever `name` is, or ` OPERATOR("extensions".=) `, as values of `type` need.
sql::Fragment operator_sql(const catalog::Catalog& catalog, catalog::Oid type, sql::Raw name);

/// Returns `max` or whatever `name` is, an aggregate over values of `type`, with its schema where
/// they need that.
sql::Fragment aggregate_sql_name(const catalog::Catalog& catalog, catalog::Oid type, sql::Raw name);

/// Returns the SQL of `op` on `value`, which has the type `type`.
sql::Fragment apply(const catalog::Catalog& catalog, catalog::Oid type, const schema::Operator& op,
                    const sql::Fragment& value, const sql::Fragment& first,
                    const sql::Fragment& second = {});

}  // namespace fraiseql::compile
