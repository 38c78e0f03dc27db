// SPDX-License-Identifier: MIT
// Posture: what a server that starts is open to, in words for the audit.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "server/server.hpp"

namespace fraiseql::cli {

/// Returns the environment, the switches, who may ask and how, and where the settings come from.
/// Without secrets: of the settings it has names of files and relations only.
std::string describe_posture(const Options& options, const server::Settings& settings);

}  // namespace fraiseql::cli
