// SPDX-License-Identifier: MIT
// SlowOperations: how many operations were slow, and whether it is time to explain another one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace fraiseql::engine {

/// Shared by the workers. Thread-safe.
class SlowOperations {
  public:
    using Clock = std::chrono::steady_clock;

    void count() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t total() const noexcept { return count_.load(std::memory_order_relaxed); }

    /// Returns true once in five seconds: then a plan is asked for. A database in trouble is not
    /// asked to plan everything a second time.
    bool may_explain(Clock::time_point now) noexcept {
        auto next = next_plan_.load(std::memory_order_relaxed);
        return now.time_since_epoch() >= next &&
               next_plan_.compare_exchange_strong(next, now.time_since_epoch() + kPause);
    }

  private:
    static constexpr Clock::duration kPause = std::chrono::seconds(5);

    std::atomic<std::uint64_t> count_ = 0;
    std::atomic<Clock::duration> next_plan_ = Clock::duration::zero();
};

}  // namespace fraiseql::engine
