// SPDX-License-Identifier: MIT
// What the operations that clients really send lack: indexes, proved by hypothetical ones.
#pragma once

#include <chrono>
#include <tl/expected.hpp>
#include <vector>

#include "check/finding.hpp"
#include "pg/session.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::server {

/// Explains the statements that servers have written down (`fraiseql db install turbo`), those that
/// take most of the database's time first, and returns the indexes that they lack. Where hypopg is
/// installed, an index that the planner would not use is no finding, and the others say what the
/// plan costs with it. Nothing is executed, and statements that cannot be planned are passed over.
/// A note says so where `limit` was too short for all of them. Nothing where nobody writes
/// statements down.
tl::expected<std::vector<check::Finding>, sql::DatabaseError> operation_findings(
    pg::Session& session, std::chrono::milliseconds limit);

}  // namespace fraiseql::server
