// SPDX-License-Identifier: MIT
// Connections to PostgreSQL: how many, for how long, and through what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "pg/session.hpp"
#include "server/server.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct PoolOptions {
    /// Of each worker.
    std::size_t quick = 2;
    std::size_t exclusive = 4;
    /// Seconds; 0: without end, or never.
    std::uint32_t lifetime = 3600;
    std::uint32_t idle = 300;
    std::uint32_t check = 30;
    pg::PreparedNames prepared = pg::PreparedNames::Automatic;
    /// A URL that leads to PostgreSQL without a pooler; empty: that of `--database` does.
    std::string direct_database;
    /// A query that has to be true before the server is ready; empty: none.
    std::string ready_if;
};

/// Adds the options to a command that serves.
void add_pool(CLI::App& command, PoolOptions& options);

/// Writes what the options say into `settings`, whose pool has its URL already.
void apply_pool(const PoolOptions& options, server::Settings& settings);

/// Checks the query of --ready-if in `session`. Returns a warning where something that it reads is
/// not there yet, as before the first migration. Configuration where it is no query, or writes.
Result<std::string> check_ready_if(pg::Session& session, const std::string& query);

/// Compares what the workers may open with what PostgreSQL lets this role have. Returns a warning,
/// or nothing where all fits or there is a pooler, whose business it is. Configuration where not
/// even those fit that are always open.
Result<std::string> check_connections(pg::Session& session, const server::Settings& settings);

}  // namespace fraiseql::cli
