// SPDX-License-Identifier: MIT
// Surroundings: what a server runs in, the program `fraiseql` or somebody else's.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "http/intake.hpp"
#include "http/listener.hpp"
#include "runtime/worker_set.hpp"

namespace fraiseql::cli {

struct Surroundings {
    /// Called with each line that there is to say before requests are answered.
    std::function<void(std::string_view line)> say = {};
    /// Called with the address once they are, on the thread of serve(). May be empty.
    std::function<void(const http::Address& address, const Log& log)> on_started = {};
    /// Whether there is a socket.
    bool listens = true;
    /// Where the program hands in requests; nullptr: nowhere.
    std::shared_ptr<http::Intakes> intakes = {};
    /// Runs the workers; empty: until SIGTERM or SIGINT.
    runtime::Run run = {};
};

/// Serves until `surroundings.run` ends; both must outlive the call. An error where it cannot
/// start.
Result<void> serve(const Options& options, const Surroundings& surroundings);

/// Returns what `arguments` of `fraiseql serve`, the environment and the settings file say; without
/// a socket, `listen` is empty. Fails (Configuration) where they say what is no setting.
Result<Options> read_serve_options(const std::vector<std::string>& arguments, bool listens);

}  // namespace fraiseql::cli
