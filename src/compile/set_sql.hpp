// SPDX-License-Identifier: MIT
// SQL for the rows or values that a function returns to a query: filtered, ordered and cut.
#pragma once

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "compile/lists.hpp"
#include "compile/parameters.hpp"
#include "compile/rows.hpp"
#include "plan/plan.hpp"

namespace fraiseql::compile {

/// Returns the SELECT of a JSON array of what `function`, a call that returns a set, yields; of
/// `page` only limit and offset count, the rest is among `arguments`. Fails as filter_sql does.
Result<sql::Fragment> set_sql(const schema::Model& model, const plan::Call& call,
                              const json::Value& arguments, const sql::Fragment& function,
                              const Rows& page, const CompileOptions& options,
                              Parameters& parameters, Lists& lists);

}  // namespace fraiseql::compile
