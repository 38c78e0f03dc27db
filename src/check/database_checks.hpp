// SPDX-License-Identifier: MIT
// Database checks: what PostgreSQL's own catalogs and statistics say against going on like this.
#pragma once

#include <span>
#include <string_view>

#include "check/finding.hpp"

namespace fraiseql::check {

/// One question to the database.
struct DatabaseCheck {
    std::string_view code;
    Severity severity;
    /// Returns rows of three texts: subject, message and hint. `$1` is an oid[]: the tables and
    /// materialized views behind what is exposed. It needs no more rights than `pg_monitor` has;
    /// without these, PostgreSQL shows less and it finds less.
    std::string_view sql;
};

std::span<const DatabaseCheck> database_checks() noexcept;

}  // namespace fraiseql::check
