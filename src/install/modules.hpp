// SPDX-License-Identifier: MIT
// What `fraiseql db install` can put into a database, embedded into the binary.
#pragma once

#include <span>
#include <string_view>

namespace fraiseql::install {

/// A file of sql/; its text lives as long as the program.
struct Module {
    std::string_view name;
    std::string_view sql;
    /// What a server's role needs in order to use it: `GRANT … ON …`, without the role.
    std::span<const std::string_view> grants = {};
};

/// Returns all modules. Running one twice changes nothing.
std::span<const Module> modules();

}  // namespace fraiseql::install
