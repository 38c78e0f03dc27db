// SPDX-License-Identifier: MIT
// SQL for a connection (GraphQL Cursor Connections): a page behind or ahead of a cursor.
#pragma once

#include "base/arena.hpp"
#include "compile/compile.hpp"
#include "compile/lists.hpp"
#include "compile/parameters.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Checks `first` and `last` against the options and each other, and replaces the cursors `after`
/// and `before` of `arguments` by the lists of their order values. Fails with BadUserInput.
Result<json::Value> read_connection_arguments(const schema::Model& model, const plan::Read& read,
                                              const json::Value& arguments,
                                              const CompileOptions& options, Arena& arena);

/// Returns a SELECT of one row with one column of type json: the connection object. `arguments` are
/// those of read_connection_arguments.
Result<sql::Fragment> connection_sql(const schema::Model& model, const plan::Read& read,
                                     const json::Value& arguments, const CompileOptions& options,
                                     Parameters& parameters, Lists& lists);

/// Appends what connection_sql makes of `arguments` besides values that become parameters.
void append_connection_structure(const schema::Model& model, const plan::Read& read,
                                 const json::Value& arguments, const CompileOptions& options,
                                 std::string& key);

}  // namespace fraiseql::compile
