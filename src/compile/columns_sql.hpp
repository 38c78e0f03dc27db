// SPDX-License-Identifier: MIT
// The values of a selection as columns of the rows they stand in: the server writes the JSON, which
// costs PostgreSQL about as much as reading the rows does.
#pragma once

#include <optional>
#include <vector>

#include "compile/lists.hpp"
#include "compile/row_shape.hpp"
#include "compile/source.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

struct Columns {
    std::vector<sql::Fragment> values = {};
    RowShape shape = {};
};

/// Returns the columns that `branches` want of `source`, rows of a reading. Lists, and objects
/// inside documents, are a column of type json each. Nothing where the rows differ in type or have
/// no columns, or more than PostgreSQL allows.
std::optional<Columns> columns_sql(const catalog::Catalog& catalog,
                                   const std::vector<plan::Branch>& branches, const Source& source,
                                   Lists& lists);

}  // namespace fraiseql::compile
