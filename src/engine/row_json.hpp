// SPDX-License-Identifier: MIT
// The JSON of rows whose values came as columns.
#pragma once

#include <string>

#include "compile/statement.hpp"
#include "pg/rows.hpp"

namespace fraiseql::engine {

/// Appends what `slot` makes of `rows`, the result of its statement, as PostgreSQL's to_json would
/// write it but for white space.
void write_rows(std::string& out, const pg::Rows& rows, const compile::RowsSlot& slot);

}  // namespace fraiseql::engine
