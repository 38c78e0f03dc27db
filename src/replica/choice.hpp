// SPDX-License-Identifier: MIT
// Choice: which replica may answer a read, and how far it must have come. A function of values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "replica/snapshot.hpp"

namespace fraiseql::replica {

/// Why a read went to the primary.
enum class Fallback : std::uint8_t {
    /// No replica follows the primary.
    NoReplica,
    /// Those that do are too far behind for anybody.
    Stale,
    /// They are not known to have replayed what this client has seen.
    ClientAhead,
    /// One was chosen, and turned out to have replayed less than it had when it was looked at.
    Behind,
    /// One was chosen, and failed.
    Failed,
};
inline constexpr std::size_t kFallbacks = 5;

std::string_view name_of(Fallback fallback) noexcept;

/// What a read asks of the server that answers it.
struct Demand {
    /// What the client has seen of its own writes; nothing: none.
    std::optional<Position> seen = {};
    /// The oldest that an answer may be.
    TimePoint not_before = {};
};

/// What a worker knows of a replica besides: nobody else's business.
struct Load {
    std::size_t in_flight = 0;
    /// Has failed this read already, or has no connection yet: nobody waits for one.
    bool excluded = false;
};

struct Choice {
    /// Nothing: the primary, because of `fallback`.
    std::optional<std::size_t> replica = {};
    Fallback fallback = Fallback::NoReplica;
    /// What the replica must have replayed when it reads.
    Lsn at_least = 0;
};

/// Returns the replica with the fewest reads in flight of those that are good enough; of equals the
/// one that comes first from `first` on. `loads` has one for each replica of `snapshot`.
Choice choose(const Snapshot& snapshot, const Demand& demand, const std::vector<Load>& loads,
              std::size_t first);

}  // namespace fraiseql::replica
