// SPDX-License-Identifier: MIT
// Which servers are read from besides the primary, and how far they may be behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/server.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct ReplicaOptions {
    /// Connection URLs, or libpq's key=value form.
    std::vector<std::string> replicas;
    /// Milliseconds.
    std::uint32_t max_lag = 5000;
};

/// Adds the options to a command that serves.
void add_replicas(CLI::App& command, ReplicaOptions& options);

/// Writes what the options say into `settings`, whose pool is there already; `tls` says that
/// clients come by it. Configuration where a URL is none, could silently be in the clear in
/// production, or comes twice; or where the primary's own would do with a server that takes no
/// writes.
Result<void> apply_replicas(const ReplicaOptions& options, bool development, bool tls,
                            server::Settings& settings);

}  // namespace fraiseql::cli
