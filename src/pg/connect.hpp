// SPDX-License-Identifier: MIT
// Opening connections with libpq: parameters, blocking connect, and its errors.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "sql/database_error.hpp"

struct pg_conn;

namespace fraiseql::pg {

struct ClosePgconn {
    void operator()(pg_conn* connection) const noexcept;
};
using PgconnHandle = std::unique_ptr<pg_conn, ClosePgconn>;

struct ConnectSettings {
    std::string conninfo;
    int timeout_seconds = 10;
    /// The database is known to be behind a pooler that refuses settings at connect.
    bool pooled = false;
    /// Sent as `-c name=value`, after what `conninfo` itself has in `options`.
    std::vector<std::pair<std::string, std::string>> session_settings;
};

/// A connection, and whether it goes through a pooler such as PgBouncer: then the server behind it
/// may be another for each transaction, `session_settings` have not been applied, and nothing may
/// rely on what a session remembers.
struct Established {
    PgconnHandle connection;
    bool pooled = false;
};

/// Connects and waits for it. A lost network is noticed after seconds, where the connection string
/// says nothing else of TCP. UTF-8, no GSS encryption, application_name fraiseql unless the
/// connection string says otherwise. Errors have a SQLSTATE: the server's where it sent one that
/// libpq lets us see, 08001 otherwise.
tl::expected<Established, sql::DatabaseError> connect(const ConnectSettings& settings);

/// Whether something between us and PostgreSQL answers in its name: the process that it says serves
/// the connection does not know that number.
bool is_pooled(pg_conn* connection);

/// Writes `settings` as libpq's `options`, with blanks and backslashes escaped.
std::string session_options(std::string_view before,
                            const std::vector<std::pair<std::string, std::string>>& settings);

}  // namespace fraiseql::pg
