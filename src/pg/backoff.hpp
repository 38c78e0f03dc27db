// SPDX-License-Identifier: MIT
// Backoff: when to try to connect again after failures.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace fraiseql::pg {

/// Doubles from 50 ms to 2 s, each wait shortened by a random part of up to half, so that the
/// workers of many servers do not come back at the same moment. A value; time is an argument.
class Backoff {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `seed` tells the workers apart.
    explicit Backoff(std::uint32_t seed) : random_(seed | 1U) {}

    bool failing() const noexcept { return failures_ > 0; }
    /// Whether an attempt may be made at `now`.
    bool due(TimePoint now) const noexcept { return !failing() || now >= next_; }

    void failed(TimePoint now) noexcept {
        const int doublings = std::min(failures_, 7);
        ++failures_;
        const std::int64_t full = std::min<std::int64_t>(std::int64_t{50} << doublings, 2000);
        next_ = now + std::chrono::milliseconds(full - next_random() % (full / 2 + 1));
    }
    void succeeded() noexcept { failures_ = 0; }
    /// The next attempt may be made at once.
    void hurry() noexcept { next_ = {}; }

  private:
    // xorshift32: plenty for jitter.
    std::int64_t next_random() noexcept {
        random_ ^= random_ << 13U;
        random_ ^= random_ >> 17U;
        random_ ^= random_ << 5U;
        return random_;
    }

    int failures_ = 0;
    std::uint32_t random_;
    TimePoint next_{};
};

}  // namespace fraiseql::pg
