// SPDX-License-Identifier: MIT
// SQL that holds a function's result to what its comment says.
#pragma once

#include "schema/model.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns `SELECT … AS result`: the column `result` (jsonb) of `source`, which is a query. Rows of
/// views become their documents; where a value is not what is expected, the statement fails, which
/// ends the transaction. respond::to_error knows that error by its words.
sql::Fragment checked_result_sql(const schema::ResultBinding& result, const sql::Fragment& source);

}  // namespace fraiseql::compile
