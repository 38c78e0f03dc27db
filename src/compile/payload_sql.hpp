// SPDX-License-Identifier: MIT
// SQL that makes the payload of a mutation out of `c.result`, the function's result as jsonb.
#pragma once

#include "compile/compile.hpp"
#include "compile/lists.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns the first of several places in `document`, a jsonb, that has something; JSON's null is
/// nothing, too.
sql::Fragment first_of(const sql::Fragment& document,
                       const std::vector<schema::DocumentPath>& places, bool text);

/// Returns a json expression for the payload; of a union, the type that the result's verdict says.
sql::Fragment payload_sql(const schema::Model& model, const plan::Call& call,
                          const CompileOptions& options, Lists& lists);

/// Returns whether `document`, a function's result, says that it succeeded: true or false, never
/// NULL.
sql::Fragment verdict_sql(const schema::ResultBinding& result, const sql::Fragment& document);

/// Returns a json expression for the entity whose key the result has: one row, or a list of them.
sql::Fragment result_entity_sql(const schema::Model& model, const plan::Call& call,
                                const std::vector<plan::Branch>& branches,
                                const CompileOptions& options, Lists& lists);

/// Return text expressions that are NULL unless JSON without a declared verdict says that the
/// function failed: a message and a code.
sql::Fragment undeclared_failure_sql();

}  // namespace fraiseql::compile
