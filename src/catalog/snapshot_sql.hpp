// SPDX-License-Identifier: MIT
// The one statement that reads the whole catalog.
#pragma once

#include <string>
#include <string_view>

namespace fraiseql::catalog {

/// Returns a SELECT without parameters that yields one row with one json value: the document that
/// read_snapshot understands. Runs on PostgreSQL 13 to 17 under any role.
std::string_view snapshot_sql() noexcept;

/// Returns a SELECT that yields one text that differs whenever what snapshot_sql reads may differ;
/// it costs a small part of that. Never NULL.
std::string_view fingerprint_sql() noexcept;

/// A catalog as it was read.
struct Document {
    /// Of fingerprint_sql, taken before the text: what changed in between changes the next one.
    std::string fingerprint;
    /// Of snapshot_sql.
    std::string text;
};

}  // namespace fraiseql::catalog
