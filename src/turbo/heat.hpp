// SPDX-License-Identifier: MIT
// Heat: how much time an operation that is not registered takes, minute by minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace fraiseql::turbo {

/// Used on one thread.
class Heat {
  public:
    using Clock = std::chrono::steady_clock;

    /// What an operation must take of a minute on one worker, and how often it must be called in
    /// it, to be worth registering.
    static constexpr std::uint64_t kMicroseconds = 600'000;
    static constexpr std::uint32_t kCalls = 100;

    /// Counts a call that ended `now`. Returns the microseconds of a minute that has ended and was
    /// hot.
    std::optional<std::uint64_t> count(Clock::time_point now, std::chrono::nanoseconds duration) {
        std::optional<std::uint64_t> out;
        if (now - since_ >= std::chrono::minutes(1)) {
            if (calls_ >= kCalls && microseconds_ >= kMicroseconds) out = microseconds_;
            since_ = now;
            calls_ = 0;
            microseconds_ = 0;
        }
        ++calls_;
        microseconds_ += static_cast<std::uint64_t>(duration.count()) / 1000;
        return out;
    }

  private:
    Clock::time_point since_ = {};
    std::uint64_t microseconds_ = 0;
    std::uint32_t calls_ = 0;
};

}  // namespace fraiseql::turbo
