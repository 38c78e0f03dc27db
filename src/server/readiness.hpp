// SPDX-License-Identifier: MIT
// Readiness: whether requests should be sent to this server, and why not; /ready and /health.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/identification.hpp"
#include "server/replica_watch.hpp"

namespace fraiseql::server {

struct ReadinessSettings {
    /// What is said of replicas; serve() makes both, where there are any.
    std::shared_ptr<const replica::Settings> replica_settings = {};
    std::shared_ptr<const ReplicaFeed> replicas = {};
    /// Workers whose connections have not been opened yet since the start; nullptr: not counted.
    std::shared_ptr<std::atomic<std::size_t>> cold_workers = {};
    /// Development: strangers are told what the database said.
    bool expose_errors = false;
};

/// Used on its worker's thread. The pool and the identification must outlive it.
class Readiness {
  public:
    Readiness(pg::Pool& pool, const Identification& identification, ReadinessSettings settings);

    /// Answers /ready: 200, or 503 with the reason.
    runtime::Task<http::Response> answer();

    /// From now on the server is stopping, so it is not ready.
    void drain() noexcept { draining_ = true; }

  private:
    runtime::Task<std::optional<std::string>> reason();
    std::string unreachable(const sql::DatabaseError& error) const;
    std::string ready_body() const;

    pg::Pool& pool_;
    const Identification& identification_;
    ReadinessSettings settings_;
    bool draining_ = false;
};

/// Answers /health: the process is alive, whatever its database does.
http::Response answer_health();

}  // namespace fraiseql::server
