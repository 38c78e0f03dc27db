// SPDX-License-Identifier: MIT
// The options of commands that look at a database.
#pragma once

#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

/// `--config`.
void add_settings_file(CLI::App& command);

/// `--database`, and the settings file.
void add_database(CLI::App& command, Options& options);

/// `--filter-style`.
void add_filter_style(CLI::App& command, Options& options);

/// For commands that build the schema of the database.
void add_model(CLI::App& command, Options& options);

}  // namespace fraiseql::cli
