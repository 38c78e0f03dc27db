// SPDX-License-Identifier: MIT
// The arguments of a function between GraphQL and SQL: names, the request's context, the call
// itself.
#pragma once

#include "base/result.hpp"
#include "compile/parameters.hpp"
#include "json/value.hpp"
#include "schema/model.hpp"

namespace fraiseql::compile {

/// Returns `arguments` with the members of input objects under their names in SQL, and with what
/// the function takes from `context` (under `@key`). Fails with Unauthenticated or Forbidden where
/// the context lacks a value that the function needs.
Result<json::Value> read_call_arguments(const schema::Model& model,
                                        const schema::FunctionBinding& function,
                                        const json::Value& arguments, const json::Value& context,
                                        Arena& arena);

/// Returns `"public"."fn_x"("p_a" => $1::uuid)`; arguments that are absent from `arguments` are
/// left to the function's defaults.
sql::Fragment function_call(const schema::FunctionBinding& binding, const json::Value& arguments,
                            Parameters& parameters);

}  // namespace fraiseql::compile
