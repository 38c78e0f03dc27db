// SPDX-License-Identifier: MIT
// query_value: one value that takes a large statement, as that for the catalog.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "pg/session.hpp"

namespace fraiseql::pg {

/// Runs one statement without parameters and returns the single value of its single row ("" for
/// NULL or no row). PostgreSQL does not compile it (JIT): hundreds of expressions, as the catalog
/// is read with, take longer to compile than to evaluate for all of a large database.
tl::expected<std::string, sql::DatabaseError> query_value(Session& session, const std::string& sql);

}  // namespace fraiseql::pg
