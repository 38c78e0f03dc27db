// SPDX-License-Identifier: MIT
// Everything that `fraiseql check` finds, asked of one session.
#pragma once

#include <chrono>
#include <tl/expected.hpp>
#include <vector>

#include "check/finding.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::server {

/// Returns what the catalog of `model` and the database's own checks tell, in no order. Fails
/// (57014) where that takes longer than `limit` altogether; 0: however long it takes.
tl::expected<std::vector<check::Finding>, sql::DatabaseError> all_findings(
    pg::Session& session, const schema::Model& model, std::chrono::milliseconds limit = {});

/// Sets a session up for looking: it changes nothing, and no statement takes longer than `limit`.
tl::expected<void, sql::DatabaseError> only_look(pg::Session& session,
                                                 std::chrono::milliseconds limit);

}  // namespace fraiseql::server
