// SPDX-License-Identifier: MIT
// `fraiseql config`: the settings, what they are now, and where each comes from.
#pragma once

#include "cli/layered_arguments.hpp"
#include "cli/options.hpp"

namespace fraiseql::cli {

/// Prints the effective value of each option of `command` and its origin. Passwords, and options
/// whose type is SECRET, are masked. Markdown is the reference of all settings instead
/// (docs/reference/settings.md). Returns the exit code.
int show_settings(const CLI::App& command, const LayeredArguments& layered, SettingsFormat format);

}  // namespace fraiseql::cli
