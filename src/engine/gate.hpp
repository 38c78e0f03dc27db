// SPDX-License-Identifier: MIT
// Gate: whoever may still refuse a request when it is known what it asks for, or wait for more than
// one answer.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "plan/plan.hpp"
#include "runtime/task.hpp"

namespace fraiseql::engine {

struct Live;

class Gate {
  public:
    /// Called once for a request that could be executed, before any SQL is sent. An error is the
    /// whole answer.
    virtual runtime::Task<std::optional<Error>> admit(const plan::Plan& plan) = 0;

    /// What is to become of a subscription; nullptr: the transport has no place for its answers,
    /// and it is refused.
    virtual Live* live() { return nullptr; }

  protected:
    ~Gate() = default;
};

}  // namespace fraiseql::engine
