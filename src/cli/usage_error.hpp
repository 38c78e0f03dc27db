// SPDX-License-Identifier: MIT
// What is wrong with the words of a command line, and what was probably meant.
#pragma once

#include <optional>

#include "base/error.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fraiseql::cli {

/// Returns what `command`, the one that the command line names, does not know or lacks, with a
/// hint; nothing where CLI11's own words say enough. Comes after parsing failed with `error`.
std::optional<Error> usage_error(const CLI::App& command, const CLI::ParseError& error);

}  // namespace fraiseql::cli
