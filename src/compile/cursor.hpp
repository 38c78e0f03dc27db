// SPDX-License-Identifier: MIT
// Cursors: the order values of a row, opaque to clients, good for one order only.
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "compile/order_sql.hpp"
#include "compile/parameters.hpp"
#include "json/value.hpp"

namespace fraiseql::compile {

/// Returns SQL for the cursor of a row: base64 of a JSON array, the order's signature and the text
/// of each order value.
sql::Fragment cursor_sql(const std::vector<OrderTerm>& terms);

/// Reads a cursor that a client sent back: the array of order values, without the signature. Fails
/// with BadUserInput where it is no cursor, or one of another order.
Result<json::Value> read_cursor(std::string_view cursor, const std::vector<OrderTerm>& terms,
                                std::string_view argument, Arena& arena);

/// Returns the condition that a row comes after the cursor in the order, before it with `reversed`.
/// `values` are those of read_cursor, which stand at `path` of the root's arguments: NULLs among
/// them are structure, the others parameters.
sql::Fragment after_sql(const schema::Model& model, const std::vector<OrderTerm>& terms,
                        const json::Value& values, bool reversed, const Path& path,
                        Parameters& parameters);

}  // namespace fraiseql::compile
