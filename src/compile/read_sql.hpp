// SPDX-License-Identifier: MIT
// SQL for reading rows of an entity.
#pragma once

#include "compile/lists.hpp"
#include "compile/reading.hpp"
#include "compile/rows.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns a SELECT of one column of type json: the object, in no row or one; or the list, always
/// in one row. Conditions and order are over `reading.rows()`; those of `read.row_rules` are added.
sql::Fragment read_sql(Reading& reading, const plan::Read& read, const Rows& rows, Lists& lists);

/// Returns `t."key" = value` for a row of `reading`.
sql::Fragment key_equals(Reading& reading, const schema::Entity& entity,
                         const sql::Fragment& value);

}  // namespace fraiseql::compile
