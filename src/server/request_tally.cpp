// SPDX-License-Identifier: MIT
#include "server/request_tally.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace fraiseql::server {
namespace {

constexpr std::size_t kSteps = RequestTally::kSteps;
constexpr std::size_t kBuckets = kSteps * RequestTally::kPowers;
// The first `kSteps` buckets are one microsecond each; from there on each power has `kSteps`.
constexpr unsigned kStepBits = std::bit_width(kSteps) - 1;

std::size_t bucket_of(std::uint64_t microseconds) noexcept {
    if (microseconds < kSteps) return static_cast<std::size_t>(microseconds);
    const auto power = static_cast<unsigned>(std::bit_width(microseconds)) - 1 - kStepBits;
    const std::size_t step = (microseconds >> power) & (kSteps - 1);
    return std::min((power + 1) * kSteps + step, kBuckets - 1);
}

/// Microseconds at which a bucket begins.
double lower_bound(std::size_t bucket) noexcept {
    if (bucket < kSteps) return static_cast<double>(bucket);
    const auto power = static_cast<int>(bucket / kSteps) - 1;
    return std::ldexp(static_cast<double>(kSteps + bucket % kSteps), power);
}

template <class Operation>
void combine(RequestTally& tally, const RequestTally& other, const Operation& operation) noexcept {
    const auto all = [&](auto& mine, const auto& theirs) {
        std::transform(mine.begin(), mine.end(), theirs.begin(), mine.begin(), operation);
    };
    tally.requests = operation(tally.requests, other.requests);
    tally.errors = operation(tally.errors, other.errors);
    all(tally.answers, other.answers);
    all(tally.durations, other.durations);
}

}  // namespace

void RequestTally::count(std::chrono::nanoseconds duration, bool failed) noexcept {
    ++requests;
    errors += failed ? 1U : 0U;
    const auto microseconds = std::max<std::int64_t>(duration.count(), 0) / 1000;
    ++durations.at(bucket_of(static_cast<std::uint64_t>(microseconds)));
}

RequestTally& RequestTally::operator+=(const RequestTally& other) noexcept {
    combine(*this, other, std::plus<>());
    return *this;
}

RequestTally& RequestTally::operator-=(const RequestTally& other) noexcept {
    combine(*this, other, std::minus<>());
    return *this;
}

std::optional<double> quantile(const RequestTally& tally, double share) noexcept {
    const auto& durations = tally.durations;
    const auto total = std::accumulate(durations.begin(), durations.end(), std::uint64_t{0});
    if (total == 0) return std::nullopt;
    const double wanted = share * static_cast<double>(total);
    double below = 0;
    for (std::size_t i = 0; i < durations.size(); ++i) {
        const auto here = static_cast<double>(durations.at(i));
        if (here == 0 || below + here < wanted) {
            below += here;
            continue;
        }
        const double begin = lower_bound(i);
        const double width = lower_bound(i + 1) - begin;
        return (begin + width * (wanted - below) / here) / 1e6;
    }
    return std::nullopt;
}

}  // namespace fraiseql::server
