// SPDX-License-Identifier: MIT
#include "server/history.hpp"

#include <algorithm>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

// Workers report every 250 ms, give or take: their fourth report is a second.
constexpr auto kDue = 900ms;

std::int64_t milliseconds(History::Clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

/// What is counted of things that may begin anew, as connections to a replica do.
template <class Count>
double growth(Count now, Count before) {
    return static_cast<double>(std::max(now, before) - before);
}

}  // namespace

bool History::is_due(Clock::time_point now) const noexcept {
    // A clock that was set back must not stop history.
    return now - last_at_ >= kDue || now < last_at_;
}

void History::add(const Totals& totals, Clock::time_point now) {
    const double elapsed = std::chrono::duration<double>(now - last_at_).count();
    if (last_ && elapsed > 0) {
        RequestTally between = totals.requests;
        between -= last_->requests;
        const auto rate = [&](auto count) { return static_cast<double>(count) / elapsed; };
        const auto& answers = between.answers;
        const auto built = static_cast<std::size_t>(engine::AnswerSource::Built);
        Second second{.at = milliseconds(now),
                      .requests = rate(between.requests),
                      .errors = rate(between.errors),
                      .p50 = quantile(between, 0.5),
                      .p95 = quantile(between, 0.95),
                      .p99 = quantile(between, 0.99)};
        second.database = growth(totals.busy.count(), last_->busy.count()) / 1e9 / elapsed;
        for (std::size_t i = 0; i < answers.size(); ++i)
            (i == built ? second.cache_misses : second.cache_hits) += rate(answers.at(i));
        second.plan_hits = growth(totals.plan_hits, last_->plan_hits) / elapsed;
        second.plan_misses = growth(totals.plan_misses, last_->plan_misses) / elapsed;
        second.connections = totals.connections;
        second.in_flight = totals.in_flight;
        second.queued = totals.queued;
        second.lag_seconds = totals.lag_seconds;
        second.resident_bytes = totals.resident_bytes;
        seconds_.push_back(second);
        if (seconds_.size() > kSeconds) seconds_.pop_front();
    }
    last_ = totals;
    last_at_ = now;
}

std::vector<Second> History::after(std::int64_t since) const {
    const auto first = std::find_if(seconds_.begin(), seconds_.end(),
                                    [since](const Second& each) { return each.at > since; });
    return {first, seconds_.end()};
}

}  // namespace fraiseql::server
