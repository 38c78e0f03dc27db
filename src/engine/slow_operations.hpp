// SPDX-License-Identifier: MIT
// SlowOperations: from which time on an operation is slow, and how many were.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace fraiseql::engine {

/// Shared by the workers. Thread-safe.
class SlowOperations {
  public:
    using Clock = std::chrono::steady_clock;

    explicit SlowOperations(std::chrono::milliseconds threshold) : threshold_(threshold) {}

    std::chrono::nanoseconds threshold() const noexcept { return threshold_; }
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

    std::chrono::nanoseconds threshold_;
    std::atomic<std::uint64_t> count_ = 0;
    std::atomic<Clock::duration> next_plan_ = Clock::duration::zero();
};

}  // namespace fraiseql::engine
