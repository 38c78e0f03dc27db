// SPDX-License-Identifier: MIT
// Cell: what one rule remembers of one client, and what it decides by that.
#pragma once

#include <chrono>
#include <cstdint>

#include "limit/rule.hpp"

namespace fraiseql::limit {

/// Microseconds of any clock that does not go back.
using Instant = std::chrono::microseconds;

/// What a request was told, and how things stand after it.
struct Decision {
    bool allowed = true;
    /// Requests that would be allowed now, one after the other.
    std::uint32_t remaining = 0;
    /// Until nothing is remembered any more.
    std::chrono::microseconds reset{};
    /// Where not allowed: until it would be.
    std::chrono::microseconds retry_after{};
};

/// A token bucket as GCRA keeps it (ITU-T I.371): the time at which the bucket is full again. Or a
/// sliding window: this period's count, and the last one's as far as it still overlaps. A cell of
/// zeros is a client that has never been seen.
struct Cell {
    /// GCRA: when it is full again. Window: when its period began.
    Instant time{};
    std::uint32_t current = 0;
    std::uint32_t previous = 0;

    /// Counts one request at `now`, unless it is refused.
    Decision take(const Rule& rule, Instant now);
    /// Takes back what take() has counted a moment ago.
    void give_back(const Rule& rule);
    /// Returns when nothing is left to remember.
    Instant forgettable(const Rule& rule) const;
};

}  // namespace fraiseql::limit
