// SPDX-License-Identifier: MIT
// What becomes of a function's failure: which input it concerns, and the type that stands for it.
#pragma once

#include <optional>

#include "engine/prepared.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::engine {

/// Returns the argument, and the member inside it, that the error is about; empty where nothing
/// tells. Columns come from the error itself (NOT NULL, RAISE … USING COLUMN) or from the
/// constraint; parameters are matched by name with and without `p_`.
Path input_path(const schema::Model& model, const schema::FunctionBinding& function,
                const sql::DatabaseError& failure);

/// Returns a unit that answers with the error type of the field's union, where it has one and
/// `error` is something that a function may well say: nothing for internal errors, timeouts and
/// the like.
std::optional<compile::Unit> failure_unit(const PreparedRequest& request, const compile::Unit& unit,
                                          const Error& error);

}  // namespace fraiseql::engine
