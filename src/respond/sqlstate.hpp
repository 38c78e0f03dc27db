// SPDX-License-Identifier: MIT
// From what PostgreSQL said to what the client is told: one table of SQLSTATEs.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::respond {

/// How a SQLSTATE is answered (PostgreSQL documentation, appendix A).
struct SqlstateRule {
    /// Five characters, or a class of two.
    std::string_view sqlstate;
    ErrorCode code;
    /// Whether PostgreSQL's own message may be shown to clients.
    bool show_message;
};

/// Returns the rule for `sqlstate`: the exact code before its class. A class that PostgreSQL does
/// not define is a function's own code and is shown as a BusinessRuleViolation.
SqlstateRule rule_for(std::string_view sqlstate) noexcept;

/// Turns a database error into a client's error. With `expose_internal` (development) every message
/// passes; otherwise messages that could show the inside of the database are replaced by one that
/// carries `reference`, under which the log has the original.
Error to_error(const sql::DatabaseError& database_error, bool expose_internal,
               std::string_view reference);

}  // namespace fraiseql::respond
