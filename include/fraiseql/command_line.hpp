// SPDX-License-Identifier: MIT
// The whole `fraiseql` program as one function.
#pragma once

#include "fraiseql/export.hpp"

namespace fraiseql {

/// Runs the command line `argv` (serve, demo, schema, explain, version) and returns the exit code:
/// 0 on success, 1 where the work failed, 2 where the command line itself is wrong. Blocks until a
/// served database is stopped by SIGTERM or SIGINT. Call it from main, once.
FRAISEQL_EXPORT int run_command_line(int argc, const char* const* argv);

}  // namespace fraiseql
