// SPDX-License-Identifier: MIT
// Files that settings name, such as those with keys and secrets.
#pragma once

#include <string>

#include "base/result.hpp"

namespace fraiseql::cli {

/// Returns the text of a file. Fails (Configuration) where it cannot be read, or is above 1 MiB.
Result<std::string> read_settings_file(const std::string& path);

/// Returns a secret without the line's end that editors put behind it.
std::string without_line_end(std::string text);

}  // namespace fraiseql::cli
