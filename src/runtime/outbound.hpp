// SPDX-License-Identifier: MIT
// Outbound: the threads for calls that block (PQcancel, host names), so that no worker does.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace fraiseql::runtime {

/// Runs jobs on its own threads, begun in the order in which they came: with one thread, one after
/// the other. Thread-safe.
class Outbound {
  public:
    /// With several threads, a job that waits long for an answer holds up no other.
    explicit Outbound(std::size_t threads = 1);
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;
    /// Finishes the jobs in progress, drops those waiting, and ends the threads. One that takes
    /// more than five seconds, as PQcancel does where a server hangs, is left to itself: jobs own
    /// what they use.
    ~Outbound();

    /// Queues `job`; false where 1,024 are waiting already, and then it will not run.
    bool post(std::function<void()> job);

  private:
    struct State;
    /// Shared with the threads, which may outlive this object.
    std::shared_ptr<State> state_;
    std::vector<std::thread> threads_;
};

}  // namespace fraiseql::runtime
