// SPDX-License-Identifier: MIT
#include "limit/cell.hpp"

#include <algorithm>
#include <cmath>

namespace fraiseql::limit {

namespace {

using std::chrono::microseconds;

Decision take_from_bucket(Cell& cell, const Rule& rule, Instant now) {
    const microseconds interval = rule.period / rule.count;
    const microseconds capacity = interval * rule.burst;
    const Instant before = std::max(cell.time, now);
    const Instant after = before + interval;
    const bool allowed = after - now <= capacity;
    if (allowed) cell.time = after;
    Decision out{.allowed = allowed, .reset = std::max(cell.time, now) - now};
    out.remaining =
        static_cast<std::uint32_t>(std::max<std::int64_t>(0, (capacity - out.reset) / interval));
    if (!allowed) out.retry_after = after - capacity - now;
    return out;
}

/// The share of the last period that still lies in the window which ends `now`.
double overlap(const Cell& cell, const Rule& rule, Instant now) {
    const auto elapsed = static_cast<double>((now - cell.time).count());
    return std::clamp(1.0 - elapsed / static_cast<double>(rule.period.count()), 0.0, 1.0);
}

/// From the start of a period: until `previous` weighs so little that one more fits on `current`.
microseconds until_room(const Rule& rule, std::uint32_t previous, std::uint32_t current) {
    if (previous == 0) return microseconds(0);
    const double room = static_cast<double>(rule.count) - 1.0 - current;
    const double share = std::clamp(1.0 - room / previous, 0.0, 1.0);
    return microseconds(std::llround(share * static_cast<double>(rule.period.count()))) +
           microseconds(1);
}

Decision take_from_window(Cell& cell, const Rule& rule, Instant now) {
    if (now - cell.time >= 2 * rule.period) {
        cell = {.time = now};
    } else if (now - cell.time >= rule.period) {
        cell = {.time = cell.time + rule.period, .current = 0, .previous = cell.current};
    }
    const double used = cell.previous * overlap(cell, rule, now) + cell.current;
    Decision out{.allowed = used + 1.0 <= static_cast<double>(rule.count)};
    if (out.allowed) ++cell.current;
    const double left = static_cast<double>(rule.count) - used - (out.allowed ? 1.0 : 0.0);
    out.remaining = static_cast<std::uint32_t>(std::max(0.0, std::floor(left)));
    out.reset = cell.forgettable(rule) - now;
    if (out.allowed) return out;
    const bool in_this_period = cell.current + 1 <= rule.count;
    const Instant fits = in_this_period
                             ? cell.time + until_room(rule, cell.previous, cell.current)
                             : cell.time + rule.period + until_room(rule, cell.current, 0);
    out.retry_after = std::max(fits - now, microseconds(1));
    return out;
}

}  // namespace

Decision Cell::take(const Rule& rule, Instant now) {
    return rule.sliding ? take_from_window(*this, rule, now) : take_from_bucket(*this, rule, now);
}

void Cell::give_back(const Rule& rule) {
    if (!rule.sliding)
        time -= rule.period / rule.count;
    else if (current > 0)
        --current;
}

Instant Cell::forgettable(const Rule& rule) const {
    if (!rule.sliding) return time;
    return time + (current > 0 ? 2 * rule.period : rule.period);
}

}  // namespace fraiseql::limit
