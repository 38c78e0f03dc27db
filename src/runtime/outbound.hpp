// SPDX-License-Identifier: MIT
// Outbound: the one thread for calls that block (PQcancel, host names), so that no worker does.
#pragma once

#include <functional>
#include <memory>

namespace fraiseql::runtime {

/// Runs jobs one after the other on its own thread. Thread-safe.
class Outbound {
  public:
    Outbound();
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;
    /// Finishes the job in progress, drops those waiting, and ends the thread.
    ~Outbound();

    /// Queues `job`; false where 1,024 are waiting already, and then it will not run.
    bool post(std::function<void()> job);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace fraiseql::runtime
