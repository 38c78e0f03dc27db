// SPDX-License-Identifier: MIT
// Modules of `fraiseql db install` that settings ask for: whether a server could use them.
#pragma once

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "cli/options.hpp"

namespace fraiseql::cli {

/// Refuses a database in which a module that an option asks for is missing, is of an older version
/// that lacks a function, or may not be used by the server's role. `sessions`: users sign in here.
Result<void> check_modules(const catalog::Catalog& catalog, const AuthOptions& options,
                           bool sessions);

}  // namespace fraiseql::cli
