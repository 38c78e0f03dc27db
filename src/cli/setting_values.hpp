// SPDX-License-Identifier: MIT
// setting_values: what takes effect of each setting, and where it comes from.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/layered_arguments.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fraiseql::cli {

struct SettingValue {
    /// `max-page-size`.
    std::string name;
    /// As it was given; for comparing, not for showing.
    std::string raw;
    /// Fit to be shown: passwords, and options whose type is SECRET, are masked.
    std::string shown;
    /// For people: `FRAISEQL_WORKERS`, `fraiseql.toml line 3`, `command line`, `default`.
    std::string origin;
};

/// Returns the options of `command` that are settings.
std::vector<const CLI::Option*> settings_of(const CLI::App& command);

/// Returns the values of all settings of `command`, which has been parsed from `layered`.
/// Configuration where one cannot be shown.
Result<std::vector<SettingValue>> setting_values(const CLI::App& command,
                                                 const LayeredArguments& layered);

/// Returns what `option` is where nobody says it.
std::string default_of(const CLI::Option& option);

}  // namespace fraiseql::cli
