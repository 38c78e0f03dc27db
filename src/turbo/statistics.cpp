// SPDX-License-Identifier: MIT
#include "turbo/statistics.hpp"

#include <algorithm>

namespace fraiseql::turbo {
namespace {

constexpr std::size_t kMaxCandidates = 100;

/// Only one thread writes, so this need not be one step.
void add(std::atomic<std::uint64_t>& cell, std::uint64_t value) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

template <class Step>
void for_each_sum(Totals& to, const Totals& from, const Step& step) {
    step(to.calls, from.calls);
    step(to.plan_hits, from.plan_hits);
    step(to.errors, from.errors);
    step(to.rows, from.rows);
    step(to.bytes, from.bytes);
    step(to.microseconds, from.microseconds);
    for (std::size_t i = 0; i < to.histogram.size(); ++i)
        step(to.histogram[i], from.histogram[i]);
}

}  // namespace

Totals& Totals::operator+=(const Totals& other) {
    for_each_sum(*this, other, [](std::uint64_t& a, std::uint64_t b) { a += b; });
    longest = std::max(longest, other.longest);
    return *this;
}

Totals& Totals::operator-=(const Totals& other) {
    for_each_sum(*this, other, [](std::uint64_t& a, std::uint64_t b) { a -= b; });
    return *this;
}

std::uint64_t quantile(const Totals& totals, double share) noexcept {
    const double wanted = share * static_cast<double>(totals.calls);
    std::uint64_t upto = 0;
    for (std::size_t i = 0; i < kBucketBounds.size(); ++i) {
        upto += totals.histogram[i];
        if (static_cast<double>(upto) >= wanted) return std::min(kBucketBounds[i], totals.longest);
    }
    return totals.longest;
}

void Meter::count(const Call& call) noexcept {
    const auto nanoseconds = static_cast<std::uint64_t>(call.duration.count());
    const std::uint64_t microseconds = nanoseconds / 1000;
    add(calls_, 1);
    add(plan_hits_, call.plan_hit ? 1 : 0);
    add(errors_, call.failed ? 1 : 0);
    add(rows_, call.rows);
    add(bytes_, call.bytes);
    add(nanoseconds_, nanoseconds);
    if (microseconds > longest_.load(std::memory_order_relaxed))
        longest_.store(microseconds, std::memory_order_relaxed);
    const auto* bucket = std::lower_bound(kBucketBounds.begin(), kBucketBounds.end(), microseconds);
    add(histogram_[static_cast<std::size_t>(bucket - kBucketBounds.begin())], 1);
}

Totals Meter::totals() const noexcept {
    const auto read = [](const Cell& cell) { return cell.load(std::memory_order_relaxed); };
    Totals out{.calls = read(calls_),
               .plan_hits = read(plan_hits_),
               .errors = read(errors_),
               .rows = read(rows_),
               .bytes = read(bytes_),
               .microseconds = read(nanoseconds_) / 1000,
               .longest = read(longest_)};
    for (std::size_t i = 0; i < histogram_.size(); ++i)
        out.histogram[i] = read(histogram_[i]);
    return out;
}

Totals Statistics::Operation::sum() const {
    Totals out = closed;
    for (const auto& meter : meters)
        out += meter->totals();
    return out;
}

void Statistics::Operation::close_dropped() {
    std::erase_if(meters, [&](const std::shared_ptr<Meter>& meter) {
        if (meter.use_count() > 1) return false;
        closed += meter->totals();
        return true;
    });
}

std::shared_ptr<Meter> Statistics::open_if_room(const std::string& id, std::size_t most) {
    const std::lock_guard lock(mutex_);
    Operation& others = operations_[std::string(kOtherOperations)];
    for (auto at = operations_.begin(); at != operations_.end();) {
        Operation& operation = at->second;
        operation.close_dropped();
        const bool full = operations_.size() > most;
        const bool kept = &operation == &others || at->first == id;
        if (kept || !full || !operation.meters.empty()) {
            ++at;
            continue;
        }
        others.closed += operation.closed;
        at = operations_.erase(at);
    }
    // One more than `most`: the others are none of them.
    if (!operations_.contains(id) && operations_.size() > most) return nullptr;
    return operations_[id].meters.emplace_back(std::make_shared<Meter>());
}

std::shared_ptr<Meter> Statistics::open(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return operations_[id].meters.emplace_back(std::make_shared<Meter>());
}

Statistics::ById Statistics::totals() const {
    const std::lock_guard lock(mutex_);
    ById out;
    for (const auto& [id, operation] : operations_)
        if (const Totals sum = operation.sum(); sum.calls > 0) out.emplace(id, sum);
    return out;
}

Statistics::ById Statistics::unstored() {
    const std::lock_guard lock(mutex_);
    ById out;
    for (auto at = operations_.begin(); at != operations_.end();) {
        Operation& operation = at->second;
        operation.close_dropped();
        Totals sum = operation.sum();
        sum -= operation.stored;
        if (sum.calls > 0) out.emplace(at->first, sum);
        const bool gone = operation.meters.empty() && sum.calls == 0;
        at = gone ? operations_.erase(at) : std::next(at);
    }
    return out;
}

void Statistics::mark_stored(const ById& sums) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, sum] : sums)
        if (const auto found = operations_.find(id); found != operations_.end())
            found->second.stored += sum;
}

void Statistics::propose(Candidate candidate) {
    const std::lock_guard lock(mutex_);
    const auto found = candidates_.find(candidate.query);
    if (found != candidates_.end())
        found->second += candidate.microseconds;
    else if (candidates_.size() < kMaxCandidates)
        candidates_.emplace(std::move(candidate.query), candidate.microseconds);
}

std::vector<Candidate> Statistics::take_candidates() {
    const std::lock_guard lock(mutex_);
    std::vector<Candidate> out;
    for (const auto& [query, microseconds] : candidates_)
        out.push_back({query, microseconds});
    candidates_.clear();
    return out;
}

}  // namespace fraiseql::turbo
