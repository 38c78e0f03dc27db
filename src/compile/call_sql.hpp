// SPDX-License-Identifier: MIT
// SQL for calling a function: in a query as a part of its statement, in a mutation by itself.
#pragma once

#include "compile/compile.hpp"
#include "compile/lists.hpp"
#include "compile/parameters.hpp"
#include "compile/statement.hpp"
#include "json/value.hpp"
#include "plan/plan.hpp"

namespace fraiseql::compile {

/// Adds the call's statements, and the pieces of its payload, to `unit`. Where an entity is read
/// again, that is a second statement in the same transaction: it sees what the function did.
void add_call(Unit& unit, const schema::Model& model, const plan::Call& call,
              const json::Value& arguments, const CompileOptions& options, Parameters& parameters,
              Lists& lists);

/// Returns the SELECT of one JSON value for a function that only reads. Sets stop after `limit`.
/// Fails as set_sql does.
Result<sql::Fragment> query_call_sql(const schema::Model& model, const plan::Call& call,
                                     const json::Value& arguments, const sql::Fragment& limit,
                                     const sql::Fragment& offset, const CompileOptions& options,
                                     Parameters& parameters, Lists& lists);

}  // namespace fraiseql::compile
