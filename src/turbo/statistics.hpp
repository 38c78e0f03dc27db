// SPDX-License-Identifier: MIT
// Statistics: what the registered operations of a process cost, and which others cost much.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::turbo {

/// Microseconds: the longest call that each bucket of a histogram counts; a last one has the rest.
inline constexpr std::array<std::uint64_t, 15> kBucketBounds = {
    100,    250,     500,     1'000,   2'500,     5'000,     10'000,   25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000};

/// One execution of an operation.
struct Call {
    std::chrono::nanoseconds duration{0};
    /// Its plan and its statements were there already.
    bool plan_hit = false;
    /// The answer has errors.
    bool failed = false;
    std::size_t rows = 0;
    std::size_t bytes = 0;
};

/// Sums of calls.
struct Totals {
    std::uint64_t calls = 0;
    std::uint64_t plan_hits = 0;
    std::uint64_t errors = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t microseconds = 0;
    std::uint64_t longest = 0;
    std::array<std::uint64_t, kBucketBounds.size() + 1> histogram = {};

    Totals& operator+=(const Totals& other);
    /// Takes `other`, an earlier state of the same sums, away; `longest` stays.
    Totals& operator-=(const Totals& other);
    bool operator==(const Totals&) const = default;
};

/// Returns the microseconds that `share` (0 to 1) of the calls took at most, as far as the
/// histogram tells: the bound of a bucket, or the longest call where that is less.
std::uint64_t quantile(const Totals& totals, double share) noexcept;

/// What one worker counts of one operation: written by it alone, read on any thread.
class Meter {
  public:
    void count(const Call& call) noexcept;
    Totals totals() const noexcept;

  private:
    using Cell = std::atomic<std::uint64_t>;

    Cell calls_ = 0;
    Cell plan_hits_ = 0;
    Cell errors_ = 0;
    Cell rows_ = 0;
    Cell bytes_ = 0;
    Cell nanoseconds_ = 0;
    Cell longest_ = 0;
    std::array<Cell, kBucketBounds.size() + 1> histogram_ = {};
};

/// Stands for all operations that have no name of their own.
inline constexpr std::string_view kOtherOperations = "(others)";

/// An operation that is not registered, and that took much time of late.
struct Candidate {
    std::string query;
    std::uint64_t microseconds = 0;
};

/// Shared by the workers and whoever stores or shows the sums. Takes a lock, but not on the way of
/// a request.
class Statistics {
  public:
    using ById = std::map<std::string, Totals>;

    /// Returns a meter of the operation `id` for one worker, which drops it when the operation is
    /// no longer registered.
    std::shared_ptr<Meter> open(const std::string& id);

    /// The same where `id` is known already, or no more than `most` operations are. Those that no
    /// worker counts any more make room, and become a part of the others. Else nullptr.
    std::shared_ptr<Meter> open_if_room(const std::string& id, std::size_t most);

    /// Returns the sums since the process started, of operations that have been called.
    ById totals() const;

    /// Returns what was counted since mark_stored(), of operations called since.
    ById unstored();
    /// Says that `sums`, of unstored(), are stored.
    void mark_stored(const ById& sums);

    /// Proposes an operation for registration; nothing where a hundred wait already.
    void propose(Candidate candidate);
    /// Returns what was proposed since the last time, each text once.
    std::vector<Candidate> take_candidates();

  private:
    struct Operation {
        std::vector<std::shared_ptr<Meter>> meters = {};
        /// Of meters that their workers have dropped.
        Totals closed = {};
        Totals stored = {};

        Totals sum() const;
        /// Keeps only the sums of meters that their workers have dropped.
        void close_dropped();
    };

    mutable std::mutex mutex_;
    std::map<std::string, Operation> operations_;
    std::map<std::string, std::uint64_t> candidates_;
};

}  // namespace fraiseql::turbo
