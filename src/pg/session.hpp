// SPDX-License-Identifier: MIT
// Session: one blocking connection, for start-up and the command line; never on a worker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "pg/rows.hpp"
#include "sql/database_error.hpp"

struct pg_conn;

namespace fraiseql::pg {

/// A connection that runs one statement at a time and waits for its result.
class Session {
  public:
    /// Connects, within `timeout_seconds`; application_name is fraiseql unless `conninfo` says.
    static tl::expected<Session, sql::DatabaseError> open(const std::string& conninfo,
                                                          int timeout_seconds = 10);

    /// Runs one statement with text parameters and returns its rows.
    tl::expected<Rows, sql::DatabaseError> query(
        const std::string& sql, const std::vector<std::optional<std::string>>& params = {});

    /// A column of a statement's result.
    struct Column {
        std::string name;
        /// Its type, as pg_type.oid.
        std::uint32_t type = 0;
    };

    /// Prepares one statement, without running it, and returns the columns of its result.
    tl::expected<std::vector<Column>, sql::DatabaseError> describe(const std::string& sql);

    /// Runs a script of several statements, as psql would send it with -c; returns nothing of them.
    tl::expected<void, sql::DatabaseError> run_script(const std::string& sql);

    /// Returns what cancels the statement in progress. May be called on another thread, at any
    /// time, even after the session is gone; it blocks until the server has been told.
    std::function<void()> canceller() const;

    /// Returns the server's version as libpq numbers it: 150020 for 15.20.
    int server_version() const;

    /// Returns libpq's connection, which stays this session's.
    pg_conn* connection() const noexcept { return connection_.get(); }

  private:
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };
    explicit Session(pg_conn* connection) : connection_(connection) {}

    std::unique_ptr<pg_conn, Close> connection_;
};

/// Connects, runs `sql` and returns the single value of its single row ("" for NULL or no row).
tl::expected<std::string, sql::DatabaseError> query_once(const std::string& conninfo,
                                                         const std::string& sql);

}  // namespace fraiseql::pg
