// SPDX-License-Identifier: MIT
// What is wrong with the words of a command line, and what was probably meant.
#pragma once

#include "base/error.hpp"
#include "cli/layered_arguments.hpp"

namespace CLI {
class ParseError;
}  // namespace CLI

namespace fraiseql::cli {

/// Returns what the command that `layered` names does not know, lacks or cannot take, with a hint:
/// what was probably meant, or where the value is set. Comes after parsing failed with `error`.
Error usage_error(const LayeredArguments& layered, const CLI::ParseError& error);

}  // namespace fraiseql::cli
