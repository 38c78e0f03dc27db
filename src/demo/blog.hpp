// SPDX-License-Identifier: MIT
// The example database that `fraiseql demo` serves, embedded into the binary.
#pragma once

#include <span>
#include <string_view>

namespace fraiseql::demo {

/// A file of examples/blog; its text lives as long as the program.
struct SqlFile {
    std::string_view name;
    std::string_view text;
};

/// Returns the files to run on an empty database, in this order.
std::span<const SqlFile> blog_files();

}  // namespace fraiseql::demo
