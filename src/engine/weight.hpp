// SPDX-License-Identifier: MIT
// weight: how much memory a prepared document takes, near enough to bound a cache by it.
#pragma once

#include <cstddef>

#include "engine/prepared.hpp"

namespace fraiseql::engine {

/// Returns the bytes of a document with all its plans.
std::size_t weight(const PreparedDocument& document);

/// Returns the bytes of a plan with all its statements.
std::size_t weight(const PlannedOperation& operation);

}  // namespace fraiseql::engine
