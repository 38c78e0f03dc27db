// SPDX-License-Identifier: MIT
// settings_reload: what all sources say of the settings of a server that runs already.
#pragma once

#include <functional>
#include <memory>

#include "cli/options.hpp"
#include "server/server.hpp"

namespace fraiseql::cli {

/// Returns what reads them again, with the sources and the precedence of the start, for a server
/// that was started with `options`, which came to `settings`. What says so in reloadable_settings()
/// is taken over, the rest named as needing a restart. Fails, and takes over nothing, where a
/// server would not start with what they say.
std::function<Result<server::SettingsRead>(const schema::Model&)> read_again(
    const Options& options, bool listens, const server::Settings& settings,
    std::shared_ptr<server::LogWriter> log);

}  // namespace fraiseql::cli
