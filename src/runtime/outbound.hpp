// SPDX-License-Identifier: MIT
// Outbound: the one thread for calls that block (PQcancel, host names), so that no worker does.
#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace fraiseql::runtime {

/// Runs jobs one after the other on its own thread. Thread-safe.
class Outbound {
  public:
    Outbound();
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;
    /// Finishes the job in progress, drops those waiting, and ends the thread. One that takes more
    /// than five seconds, as PQcancel does where a server hangs, is left to itself: jobs own what
    /// they use.
    ~Outbound();

    /// Queues `job`; false where 1,024 are waiting already, and then it will not run.
    bool post(std::function<void()> job);

  private:
    struct State;
    /// Shared with the thread, which may outlive this object.
    std::shared_ptr<State> state_;
    std::thread thread_;
};

}  // namespace fraiseql::runtime
