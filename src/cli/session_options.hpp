// SPDX-License-Identifier: MIT
// Sessions of our own, as the command line, the environment and the configuration file say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/sessions.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct SessionOptions {
    /// Signs access tokens; FRAISEQL_SESSION_KEY is the other way to give it. Neither: no sessions.
    std::string key_file;
    /// Seconds.
    std::uint32_t access_lifetime = 900;
    std::uint32_t lifetime = 2'592'000;
    bool unverified = false;
    std::uint32_t min_password = 8;
    auth::PasswordCost cost = {};
    std::uint32_t threads = 2;
};

/// Adds the options to a command that serves.
void add_sessions(CLI::App& command, SessionOptions& options);

/// Returns the settings, without a hasher; nothing where there is no key. Configuration where the
/// key is weak or given twice, or an origin is none.
Result<std::optional<server::SessionSettings>> read_sessions(const SessionOptions& options);

}  // namespace fraiseql::cli
