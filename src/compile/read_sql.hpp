// SPDX-License-Identifier: MIT
// SQL for reading rows of an entity.
#pragma once

#include "compile/columns_sql.hpp"
#include "compile/lists.hpp"
#include "compile/reading.hpp"
#include "compile/rows.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns a SELECT of one column of type json: the object, in no row or one; or the list, always
/// in one row. Conditions and order are over `reading.rows()`; those of `read.row_rules` are added.
sql::Fragment read_sql(Reading& reading, const plan::Read& read, const Rows& rows, Lists& lists);

/// A SELECT whose rows have one column for each value of the answer.
struct ColumnsRead {
    sql::Fragment select = {};
    std::uint32_t columns = 0;
    RowShape shape = {};
};

/// Returns the same read with its values as columns; nothing where columns_sql has none.
std::optional<ColumnsRead> read_columns_sql(Reading& reading, const plan::Read& read,
                                            const Rows& rows, Lists& lists);

/// Returns `t."key" = value` for a row of `reading`.
sql::Fragment key_equals(Reading& reading, const schema::Entity& entity,
                         const sql::Fragment& value);

}  // namespace fraiseql::compile
