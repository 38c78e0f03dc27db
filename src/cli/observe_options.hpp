// SPDX-License-Identifier: MIT
// What is told of the work of a server: logs, slow operations, traces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/server.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct ObserveOptions {
    server::LogFormat log_format = server::LogFormat::Human;
    LogLevel log_level = LogLevel::Info;
    bool access_log = false;
    /// Milliseconds from which on an operation is slow; 0: none is.
    std::uint32_t slow_operation = 0;
    /// The collector's base URL; empty: there are no traces.
    std::string otlp_endpoint;
    std::string otlp_headers_file;
    std::string otlp_authorities_file;
    std::string service_name = "fraiseql";
    double sample = 0.01;
    /// Networks whose `traceparent` decides what is sampled.
    std::vector<std::string> trusted;
    bool sql_comments = false;
    /// Spans have the text of statements.
    bool statements = false;
};

/// Adds the options to a command that serves.
void add_observation(CLI::App& command, ObserveOptions& options);

/// Makes the log of the process.
std::shared_ptr<server::LogWriter> make_log(const ObserveOptions& options);

/// Writes what the options say into `settings`, whose log is there; `database` is the database's
/// name. Configuration where one of them could not take effect.
Result<void> apply_observation(const ObserveOptions& options, const std::string& database,
                               server::Settings& settings);

/// Logs that the server answers at `address`, where programs read the log: people are told
/// otherwise.
void log_start(const ObserveOptions& options, const Log& log, const http::Address& address);

}  // namespace fraiseql::cli
