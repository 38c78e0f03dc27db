// SPDX-License-Identifier: MIT
// SQL for a `where` argument: conditions from the operator table, values as parameters.
#pragma once

#include <string>

#include "base/result.hpp"
#include "compile/parameters.hpp"
#include "compile/source.hpp"
#include "json/value.hpp"

namespace fraiseql::compile {

/// Returns the condition for the coerced `value` of input type `input_type`; empty where it asks
/// nothing. `path` is where the value stands in the root's arguments. Fails with BadUserInput where
/// a condition is null: to drop it would widen the result in silence.
Result<sql::Fragment> filter_sql(const schema::Model& model, const std::string& input_type,
                                 const json::Value& value, const Source& source, const Path& path,
                                 Parameters& parameters);

/// Says that a list cannot be filtered or ordered by a column that its items do not have.
Error not_in_document(const Path& path);

/// Returns the conditions of one filter input (operators and their operands) on `expression`, a
/// value of the PostgreSQL type `type`. Fails as filter_sql does.
Result<sql::Fragment> operators_sql(const schema::Model& model, const sql::Fragment& expression,
                                    catalog::Oid type, const json::Value& filter, const Path& path,
                                    Parameters& parameters);

/// Appends the structure of one filter input.
void append_operators_structure(const json::Value& filter, std::string& key);

/// Appends what filter_sql makes of `value` besides the values that become parameters.
void append_filter_structure(const schema::Model& model, const std::string& input_type,
                             const json::Value& value, std::string& key);

/// Returns `value` as SQL of its own PostgreSQL type, for comparing and ordering.
sql::Fragment typed_value(const schema::Model& model, const schema::FieldBinding& binding,
                          const Source& source);

}  // namespace fraiseql::compile
