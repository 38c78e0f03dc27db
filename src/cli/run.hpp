// SPDX-License-Identifier: MIT
// run: the command line with what an application adds to it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fraiseql/definition.hpp"

namespace fraiseql::cli {

/// Runs `arguments`, without the program's name, as run_command_line() does, over the schema of the
/// database and `definitions`; nullptr adds nothing.
int run(const std::vector<std::string>& arguments,
        std::shared_ptr<const detail::definitions> definitions);

}  // namespace fraiseql::cli
