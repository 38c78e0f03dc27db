// SPDX-License-Identifier: MIT
// start: a server inside somebody else's program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fraiseql/definition.hpp"
#include "fraiseql/service.hpp"

namespace fraiseql::cli {

/// Starts what application::start() and, without a socket, application::mount() promise.
service start(const std::vector<std::string>& arguments,
              std::shared_ptr<const detail::definitions> definitions, bool listens);

}  // namespace fraiseql::cli
