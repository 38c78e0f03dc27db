// SPDX-License-Identifier: MIT
// Where settings come from: the command line, before the environment, before the settings file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/settings_file.hpp"

namespace fraiseql::config {

/// A setting as the table of options has it.
struct Setting {
    /// The name of the option without dashes before it: `max-page-size`.
    std::string name;
    /// Its variable; empty where it has none.
    std::string variable;
};

/// What one source says of one setting.
struct Assignment {
    std::string name;
    std::vector<std::string> values;
    /// For people: `FRAISEQL_WORKERS`, `fraiseql.toml line 3`.
    std::string origin;
};

/// The environment: every variable as `NAME=value`.
using Environment = std::vector<std::string>;

/// Returns the environment of this process.
Environment process_environment();

/// Reads a file of at most 1 MiB whole. Configuration where that cannot be.
Result<std::string> read_small_file(const std::string& path);

/// Returns what the environment says of `settings`. `NAME_FILE` names a file that holds the value
/// of `NAME`, whose line end at the end does not count. Configuration where both are there, where
/// a file cannot be read, or where a variable begins with FRAISEQL_ and is neither a setting's nor
/// one of `further`: it was meant to do something. Empty variables count as absent; so do those
/// that Kubernetes makes for a Service called fraiseql.
Result<std::vector<Assignment>> from_environment(const std::vector<Setting>& settings,
                                                 const Environment& environment,
                                                 const std::vector<std::string_view>& further);

/// Returns what a settings file says of `settings`. Configuration where a key is none of them, or
/// is there twice (once as `a-b` and once as `b` in the table `a`).
Result<std::vector<Assignment>> from_file(const std::vector<Setting>& settings,
                                          const std::vector<FileEntry>& entries,
                                          const std::string& path);

}  // namespace fraiseql::config
