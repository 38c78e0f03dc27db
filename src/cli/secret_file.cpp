// SPDX-License-Identifier: MIT
#include "cli/secret_file.hpp"

namespace fraiseql::cli {

std::string without_line_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return text;
}

}  // namespace fraiseql::cli
