// SPDX-License-Identifier: MIT
// Gate: whoever may still refuse a request when it is known what it asks for.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "plan/plan.hpp"
#include "runtime/task.hpp"

namespace fraiseql::engine {

class Gate {
  public:
    /// Called once for a request that could be executed, before any SQL is sent. An error is the
    /// whole answer.
    virtual runtime::Task<std::optional<Error>> admit(const plan::Plan& plan) = 0;

  protected:
    ~Gate() = default;
};

}  // namespace fraiseql::engine
