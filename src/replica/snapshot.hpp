// SPDX-License-Identifier: MIT
// Snapshot: what is known of the replicas at one moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "replica/position.hpp"
#include "runtime/task.hpp"

namespace fraiseql::replica {

using TimePoint = runtime::Clock::time_point;

/// What a server that was named as a replica is.
enum class State : std::uint8_t {
    /// It does not answer, or has not been asked yet.
    Away,
    /// It takes writes: it was promoted, or it is the primary itself.
    Primary,
    /// It belongs to another cluster, or follows a timeline that is not the primary's.
    Stranger,
    /// It replays the primary's log.
    Following,
};

/// Returns the state as metrics name it.
std::string_view name_of(State state) noexcept;

/// Returns the state in words, and what follows from it, for the log.
std::string_view describe(State state) noexcept;

struct Replica {
    State state = State::Away;
    /// It has replayed all of the log before this.
    Lsn replayed = 0;
    /// All that was committed before this moment is among it.
    TimePoint as_of = TimePoint::min();
    /// Where the primary's log ended at that moment, or before it.
    Lsn as_of_lsn = 0;
    /// How much of the log it had not replayed when it was asked.
    std::uint64_t behind_bytes = 0;
    /// How long its answer took.
    runtime::Clock::duration latency{};
};

/// Immutable once it is published.
struct Snapshot {
    /// Where the primary's log ended last; its system is 0 while that has never been asked.
    Position primary = {};
    /// In the order of the settings.
    std::vector<Replica> replicas = {};
};

}  // namespace fraiseql::replica
