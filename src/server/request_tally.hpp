// SPDX-License-Identifier: MIT
// RequestTally: what one worker has answered so far, and how long that took.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/answer_cache.hpp"

namespace fraiseql::server {

/// Counts since the start, of one worker: written and copied on its thread. A difference of two is
/// what was counted in between.
struct RequestTally {
    /// Of each power of two microseconds, eighths: a quantile is off by a sixteenth at most.
    static constexpr std::size_t kSteps = 8;
    static constexpr std::size_t kPowers = 27;

    std::uint64_t requests = 0;
    /// Refused requests, and answers with errors.
    std::uint64_t errors = 0;
    /// By engine::AnswerSource; only operations of views with @cache.
    std::array<std::uint64_t, 4> answers = {};
    std::array<std::uint64_t, kSteps * kPowers> durations = {};

    void count(std::chrono::nanoseconds duration, bool failed) noexcept;
    void count(engine::AnswerSource source) noexcept {
        ++answers.at(static_cast<std::size_t>(source));
    }

    RequestTally& operator+=(const RequestTally& other) noexcept;
    RequestTally& operator-=(const RequestTally& other) noexcept;
};

/// Returns the seconds that `share` (0 to 1) of the requests took at most; nothing where there were
/// none.
std::optional<double> quantile(const RequestTally& tally, double share) noexcept;

}  // namespace fraiseql::server
