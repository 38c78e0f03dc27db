// SPDX-License-Identifier: MIT
// SQL that makes PostgreSQL write the JSON of a selection, keys in the order of the request.
#pragma once

#include "compile/source.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns an expression of type json: the object that `branches` want of `source`, NULL where an
/// abstract value is of none of their types.
sql::Fragment object_sql(const std::vector<plan::Branch>& branches, const Source& source);

}  // namespace fraiseql::compile
