// SPDX-License-Identifier: MIT
// server_settings: what a server is made of, as options say it.
#pragma once

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "schema/model.hpp"
#include "server/server.hpp"

namespace fraiseql::cli {

/// What is known of a server before its database is asked.
struct Access {
    /// Nothing: tokens are not looked at.
    std::optional<server::Authentication> authentication = {};
    server::AdminSettings admin = {};
    /// What is to be said of the way to the database; may be empty.
    std::string database_tls = {};
};

/// Whether the server listens on this machine only.
bool is_loopback(std::string_view listen);

/// Checks what needs no database. Configuration where options contradict each other or a file that
/// they name is no good.
Result<Access> read_access(const Options& options);

/// Returns the settings that options say by themselves; `log` is that of the process.
server::Settings plain_settings(const Options& options,
                                const std::shared_ptr<server::LogWriter>& log);

/// Writes everything else into `settings`, and checks all against all. `again`: for a server that
/// runs already, so that nothing is opened. Configuration where options contradict each other or
/// `model`.
Result<void> complete_settings(const Options& options, Access access, const schema::Model& model,
                               bool again, server::Settings& settings);

}  // namespace fraiseql::cli
