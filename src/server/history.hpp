// SPDX-License-Identifier: MIT
// History: how a server was doing in each of the last 300 seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "server/request_tally.hpp"

namespace fraiseql::server {

/// What happened from the entry before to this one, which is a second or a little more; rates are
/// per second.
struct Second {
    /// Milliseconds since 1970 at its end.
    std::int64_t at = 0;
    double requests = 0;
    double errors = 0;
    /// Seconds that so many of the requests took at most; nothing where there were none.
    std::optional<double> p50 = {};
    std::optional<double> p95 = {};
    std::optional<double> p99 = {};
    /// Seconds for which PostgreSQL was waited for, per second: how many batches it worked on.
    double database = 0;
    /// Operations of views with @cache whose answer was there, and those for which it was built.
    double cache_hits = 0;
    double cache_misses = 0;
    double plan_hits = 0;
    double plan_misses = 0;
    /// Of the moment.
    std::size_t connections = 0;
    std::size_t in_flight = 0;
    std::size_t queued = 0;
    double lag_seconds = 0;
    std::uint64_t resident_bytes = 0;
};

/// Not thread-safe.
class History {
  public:
    using Clock = std::chrono::system_clock;
    static constexpr std::size_t kSeconds = 300;

    /// Sums of all workers: counts since the start, and what is so at the moment.
    struct Totals {
        RequestTally requests = {};
        std::chrono::nanoseconds busy{0};
        std::uint64_t plan_hits = 0;
        std::uint64_t plan_misses = 0;
        std::size_t connections = 0;
        std::size_t in_flight = 0;
        std::size_t queued = 0;
        double lag_seconds = 0;
        std::uint64_t resident_bytes = 0;
    };

    /// Whether the last entry is a second old.
    bool is_due(Clock::time_point now) const noexcept;

    /// Adds what has happened since the last time; the first time there is nothing to compare with.
    void add(const Totals& totals, Clock::time_point now);

    /// Returns the entries after `since`, the oldest first.
    std::vector<Second> after(std::int64_t since) const;

  private:
    std::optional<Totals> last_;
    Clock::time_point last_at_{};
    std::deque<Second> seconds_;
};

}  // namespace fraiseql::server
