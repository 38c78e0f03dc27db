// SPDX-License-Identifier: MIT
#include "cli/socket_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "server/server.hpp"

namespace fraiseql::cli {

void add_sockets(CLI::App& command, SocketOptions& options) {
    command
        .add_option("--socket-init-timeout", options.init_timeout,
                    "seconds from the opening of a WebSocket to its connection_init")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command
        .add_option("--max-socket-operations", options.max_operations,
                    "operations of one WebSocket at a time, subscriptions included")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command
        .add_option("--max-socket-queue", options.max_queue,
                    "megabytes that may wait for the client of a WebSocket before it is closed")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command
        .add_option("--max-subscriptions", options.max_subscriptions,
                    "subscriptions of one user, or of one address without a token, at a time")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command
        .add_option("--subscription-interval", options.subscription_interval,
                    "milliseconds between looks at what subscriptions wait for")
        ->check(CLI::Range(10, 60'000))
        ->capture_default_str();
}

void apply_sockets(const SocketOptions& options, std::size_t max_body_bytes,
                   server::Settings& settings) {
    server::SocketSettings& sockets = settings.router.sockets;
    sockets.init_timeout = std::chrono::seconds(options.init_timeout);
    sockets.max_operations = options.max_operations;
    sockets.websocket.max_queued = options.max_queue << 20U;
    sockets.websocket.max_message = max_body_bytes;
    sockets.subscriptions = std::make_shared<limit::InFlight>(options.max_subscriptions);
    settings.router.live.interval = std::chrono::milliseconds(options.subscription_interval);
}

}  // namespace fraiseql::cli
