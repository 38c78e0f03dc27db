// SPDX-License-Identifier: MIT
// The operations that take most of the database's time, by pg_stat_statements.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "pg/rows.hpp"
#include "pg/session.hpp"

namespace fraiseql::server {

struct TopOperations {
    /// The most costly first: operation, calls, total and mean milliseconds, rows, blocks found and
    /// read, and its share of all (0 to 1).
    pg::Rows rows = {};
    /// When counting began; may be empty.
    std::string since = {};
    /// Statements of other roles, of which this one may not know which they are.
    std::string hidden = "0";
};

/// Returns the `most` costly operations. Fails (Configuration, with what to do) where the database
/// does not count, or has not been told which operations send which statements.
Result<TopOperations> top_operations(pg::Session& session, std::uint32_t most);

/// Returns {"since":…,"hidden_statements":…,"operations":[…]}.
std::string to_json(const TopOperations& top);

}  // namespace fraiseql::server
