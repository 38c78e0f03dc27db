// SPDX-License-Identifier: MIT
// Readiness: whether requests should be sent to this server, and why not; /ready and /health.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/identification.hpp"
#include "server/replica_watch.hpp"

namespace fraiseql::server {

/// What has to be found out after the start before a server is ready. Thread-safe.
struct StartState {
    /// Workers whose connections have not been opened yet.
    std::atomic<std::size_t> cold_workers = 0;
    /// Replicas that have not been asked yet, or not since the primary was.
    std::atomic<std::size_t> unknown_replicas = 0;
    /// The schema is that of an earlier start, and has not been compared with the database.
    std::atomic<bool> old_schema = false;
    /// The registered operations of the database have not been read.
    std::atomic<bool> unread_operations = false;
};

struct ReadinessSettings {
    /// What is said of replicas; serve() makes both, where there are any.
    std::shared_ptr<const replica::Settings> replica_settings = {};
    std::shared_ptr<const ReplicaFeed> replicas = {};
    /// Shared by the workers; serve() makes it. nullptr: nothing has to be found out.
    std::shared_ptr<const StartState> start = {};
    /// A query whose only value has to be true; empty: none.
    std::string condition = {};
};

/// Used on its worker's thread. The pool and the identification must outlive it.
class Readiness {
  public:
    Readiness(pg::Pool& pool, const Identification& identification, ReadinessSettings settings);

    /// Answers /ready: 200, or 503 with the reason; `expose_errors`: with what the database said.
    runtime::Task<http::Response> answer(bool expose_errors);

    /// Returns all that keeps the server from being ready, what comes first first.
    struct Problem {
        /// `server`, `database`, `condition`, `sessions`, `schema`, `operations`, `replicas`,
        /// `pool`.
        std::string_view component;
        std::string reason;
    };
    runtime::Task<std::vector<Problem>> problems(bool expose_errors);

    /// From now on the server is stopping, so it is not ready.
    void drain() noexcept { draining_ = true; }

  private:
    std::optional<Problem> problem_in(const pg::BatchResult& checked, bool expose_errors) const;
    std::string unreachable(const sql::DatabaseError& error, bool expose_errors) const;
    std::string ready_body() const;

    pg::Pool& pool_;
    const Identification& identification_;
    ReadinessSettings settings_;
    std::shared_ptr<const pg::Statement> question_;
    bool draining_ = false;
};

/// Returns SQL whose only value is whether that of `query` is true. Within parentheses, PostgreSQL
/// takes nothing but a query of one column and at most one row that is a boolean and writes
/// nothing.
std::string condition_sql(std::string_view query);

/// Answers /health: the process is alive, whatever its database does.
http::Response answer_health();

}  // namespace fraiseql::server
