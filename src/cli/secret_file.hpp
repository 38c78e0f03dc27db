// SPDX-License-Identifier: MIT
// What is read from the files of secrets.
#pragma once

#include <string>

namespace fraiseql::cli {

/// Returns a secret without the line's end that editors put behind it.
std::string without_line_end(std::string text);

}  // namespace fraiseql::cli
