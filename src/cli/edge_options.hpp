// SPDX-License-Identifier: MIT
// Who may connect, how, and to what: TLS, other origins, proxies, and what is open to strangers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/server.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

/// What is on in development and off in production, unless somebody says so.
enum class Switch : std::uint8_t { Automatic, On, Off };

/// Returns what `choice` comes to.
inline bool is_on(Switch choice, bool automatic) {
    return choice == Switch::Automatic ? automatic : choice == Switch::On;
}

struct EdgeOptions {
    std::string tls_certificate;
    std::string tls_key;
    /// A proxy in front speaks TLS with clients.
    bool tls_terminated = false;
    /// Seconds; 0: browsers are not told to come by TLS only.
    std::uint32_t hsts_max_age = 31'536'000;
    std::vector<std::string> cors_origins;
    bool cors_credentials = false;
    std::vector<std::string> trusted_proxies;
    std::string forwarded_header = "X-Forwarded-For";
    std::size_t max_connections = 10'000;

    std::vector<std::string> rate_limits;
    /// `database`, a URL of Redis, or empty: each server counts for itself.
    std::string rate_limit_store;
    std::string rate_limit_fallback = "server";
    std::vector<std::string> denied_addresses;
    std::vector<std::string> allowed_addresses;
    std::vector<std::string> unlimited_addresses;
    std::size_t max_concurrent_requests = 0;
    double max_plan_cost = 0;

    Switch introspection = Switch::Automatic;
    Switch graphiql = Switch::Automatic;
    Switch error_details = Switch::Automatic;
    Switch admin = Switch::Automatic;
    Switch metrics = Switch::Automatic;
};

/// Adds the options to a command that serves.
void add_edge(CLI::App& command, EdgeOptions& options);

/// Adds those of rate limits, networks and costs; part of add_edge().
void add_limit_options(CLI::App& command, EdgeOptions& options);

/// Writes what the options say into `settings`, and checks all against all. Configuration where
/// they contradict each other.
Result<void> apply_edge(const EdgeOptions& options, bool development, server::Settings& settings);

/// Writes rate limits into `settings`, once the rest of it is there; `model` is what names of
/// fields are checked against. `again`: for a server that has a store already; it is not opened.
Result<void> apply_limits(const EdgeOptions& options, const schema::Model& model,
                          server::Settings& settings, bool again);

/// Returns what is open to strangers and what is not, in one line for the start.
std::string describe_edge(const EdgeOptions& options, bool development,
                          const server::Settings& settings);

/// Fails (Configuration) where the connection to the database could silently be one in the clear,
/// over a network, in production; otherwise returns what is to be said of it, or nothing.
Result<std::string> check_database_tls(const std::string& conninfo, bool development);

}  // namespace fraiseql::cli
