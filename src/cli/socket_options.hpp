// SPDX-License-Identifier: MIT
// What clients may do over WebSockets, and how subscriptions are kept up to date.
#pragma once

#include <cstddef>
#include <cstdint>

namespace CLI {
class App;
}

namespace fraiseql::server {
struct Settings;
}

namespace fraiseql::cli {

struct SocketOptions {
    /// Seconds.
    std::uint32_t init_timeout = 10;
    std::size_t max_operations = 100;
    /// Megabytes.
    std::size_t max_queue = 4;
    std::size_t max_subscriptions = 1000;
    /// Milliseconds.
    std::uint32_t subscription_interval = 100;
};

/// Adds the options to a command that serves.
void add_sockets(CLI::App& command, SocketOptions& options);

/// Writes what the options say into `settings`; a message may be as long as the body of a request.
void apply_sockets(const SocketOptions& options, std::size_t max_body_bytes,
                   server::Settings& settings);

}  // namespace fraiseql::cli
