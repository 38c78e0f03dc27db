// SPDX-License-Identifier: MIT
// The table of registered operations (`fraiseql db install turbo`), read row by row.
#pragma once

#include <string_view>
#include <vector>

#include "pg/rows.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

/// Returns the statement that has a row exactly if the table is there.
std::string_view registered_installed_sql() noexcept;

/// Returns the statement that reads the active operations.
std::string_view registered_rows_sql() noexcept;

/// Returns the operations of its rows.
std::vector<turbo::Registered> read_registered(const pg::Rows& rows);

}  // namespace fraiseql::server
