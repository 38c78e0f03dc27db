// SPDX-License-Identifier: MIT
// StatementWriter: tells the database which operations send which statements (`fraiseql top`).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "pg/notifications.hpp"
#include "pg/session.hpp"
#include "turbo/seen_statements.hpp"

namespace fraiseql::server {

struct StatementWriterSettings {
    std::string conninfo;
    std::shared_ptr<turbo::SeenStatements> seen;
    std::chrono::milliseconds interval{5'000};
    /// Called on the writer's thread. May be empty.
    Log log = {};
};

/// Returns the query id that PostgreSQL computes of `plan`'s statement, as EXPLAIN (VERBOSE, FORMAT
/// JSON) prints it; nothing where it computes none.
std::optional<std::string> query_id_of(std::string_view plan);

/// Has a thread and, while there is something to write, a connection. It asks for the query id of
/// each statement, with NULL for its parameters, and runs none. What cannot be written waits, up to
/// a bound; a database without the module gets nothing.
class StatementWriter {
  public:
    explicit StatementWriter(StatementWriterSettings settings);
    StatementWriter(const StatementWriter&) = delete;
    StatementWriter& operator=(const StatementWriter&) = delete;
    /// Writes what is left.
    ~StatementWriter();

  private:
    using Done = tl::expected<void, sql::DatabaseError>;

    void run();
    void write();
    Done connect();
    Done send(const std::vector<turbo::SeenStatement>& statements);
    void say(const std::string& problem);

    StatementWriterSettings settings_;
    std::optional<pg::Session> session_;
    bool installed_ = false;
    std::vector<turbo::SeenStatement> waiting_;
    /// What was said last, so that it is not said every time.
    std::string problem_;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
