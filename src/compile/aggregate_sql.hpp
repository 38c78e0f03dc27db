// SPDX-License-Identifier: MIT
// SQL for aggregates: GROUP BY and HAVING over an entity's rows.
#pragma once

#include "compile/compile.hpp"
#include "compile/parameters.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns a SELECT of one row with one column of type json: the list of groups. Fails with
/// BadUserInput where a key is asked for that `groupBy` does not have, or a condition is null.
Result<sql::Fragment> aggregate_sql(const schema::Model& model, const plan::Read& read,
                                    const json::Value& arguments, const CompileOptions& options,
                                    Parameters& parameters);

/// Appends what aggregate_sql makes of `arguments` besides values that become parameters.
void append_aggregate_structure(const schema::Model& model, const plan::Read& read,
                                const json::Value& arguments, std::string& key);

}  // namespace fraiseql::compile
