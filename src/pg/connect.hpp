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
    /// Sent as `-c name=value`, after what `conninfo` itself has in `options`.
    std::vector<std::pair<std::string, std::string>> session_settings;
};

/// Connects and waits for it. UTF-8, no GSS encryption, application_name fraiseql unless the
/// connection string says otherwise. Errors have a SQLSTATE: the server's where it sent one that
/// libpq lets us see, 08001 otherwise.
tl::expected<PgconnHandle, sql::DatabaseError> connect(const ConnectSettings& settings);

/// Writes `settings` as libpq's `options`, with blanks and backslashes escaped.
std::string session_options(std::string_view before,
                            const std::vector<std::pair<std::string, std::string>>& settings);

}  // namespace fraiseql::pg
