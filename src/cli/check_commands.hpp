// SPDX-License-Identifier: MIT
// The grammar of `fraiseql check` and `fraiseql diff`.
#pragma once

#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

/// Adds the command with its subcommands; what they return goes to `status`.
void add_check(CLI::App& app, Options& options, int& status);
void add_diff(CLI::App& app, Options& options, int& status);

}  // namespace fraiseql::cli
