// SPDX-License-Identifier: MIT
// sleep_for: waiting without holding up the worker.
#pragma once

#include <chrono>

#include "fraiseql/export.hpp"
#include "fraiseql/task.hpp"

namespace fraiseql {

/// `co_await sleep_for(time)` goes on after `time`; the worker serves others meanwhile. What is
/// below zero is zero, and a year is the most.
FRAISEQL_EXPORT task<void> sleep_for(std::chrono::milliseconds time);

}  // namespace fraiseql
