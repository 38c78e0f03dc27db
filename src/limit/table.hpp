// SPDX-License-Identifier: MIT
// Table: the cells of all rules and clients, in memory that does not grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "cache/keyed_hash.hpp"
#include "limit/cell.hpp"

namespace fraiseql::limit {

/// One rule and the client that it is applied to.
struct Charge {
    const Rule* rule = nullptr;
    /// Names rule and client together.
    std::string_view key = {};
};

/// Shared by the workers of a process, so that its totals are exact. Thread-safe: a lock for each
/// 64th of it. Where a flood of clients fills all eight places of a key, the one that would be
/// forgotten first makes room: that client starts anew, and nobody is ever locked out for lack of
/// room.
class Table {
  public:
    /// Has room for `cells` clients, rounded up.
    explicit Table(std::size_t cells);

    /// Counts one request for every charge, or for none where one of them is refused. Returns the
    /// decisions up to that one.
    std::vector<Decision> take(const std::vector<Charge>& charges, Instant now);

    std::size_t capacity() const noexcept { return sets_.size() * kWays; }

  private:
    static constexpr std::size_t kWays = 8;
    static constexpr std::size_t kLocks = 64;

    struct Slot {
        std::uint64_t hash = 0;
        Instant forgettable{};
        Cell cell;
    };
    using Set = std::array<Slot, kWays>;

    /// Returns the slot of `hash`, made free if there is none.
    static Slot& slot_in(Set& set, std::uint64_t hash, Instant now);

    cache::HashKey key_;
    std::vector<Set> sets_;
    std::array<std::mutex, kLocks> locks_;
};

}  // namespace fraiseql::limit
