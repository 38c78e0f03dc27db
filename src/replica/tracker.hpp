// SPDX-License-Identifier: MIT
// Tracker: makes snapshots of what the primary and the replicas said when they were asked.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "pg/rows.hpp"
#include "pg/statement.hpp"
#include "replica/snapshot.hpp"

namespace fraiseql::replica {

/// What one server says of itself.
struct Observation {
    bool in_recovery = false;
    /// A replica's: what it has replayed. A primary's: where its log ends.
    Position position = {};
};

/// Asks any server; for read_observation().
pg::Call observation_call();

/// Reads the answer; nothing where it is not one row of it.
std::optional<Observation> read_observation(const pg::Rows& rows);

/// How far a replica is behind is told in moments of this process's clock: a replica that has
/// replayed the log up to where the primary's ended when it was asked at a moment has all that was
/// committed before. So a primary that has nothing to do makes nobody late, and no two clocks are
/// compared.
class Tracker {
  public:
    /// Remembers what was asked at most `memory` ago.
    Tracker(std::size_t replicas, runtime::Clock::duration memory);

    /// The primary was asked at `asked`, and said `seen`. One in recovery is none, and not heard.
    void hear_primary(const Observation& seen, TimePoint asked);

    /// A replica said `seen`; `latency` later than it was asked.
    void hear_replica(std::size_t index, const Observation& seen, runtime::Clock::duration latency);

    /// A replica did not answer.
    void lose_replica(std::size_t index);

    const Snapshot& snapshot() const noexcept { return snapshot_; }

  private:
    struct Sample {
        TimePoint asked = {};
        Lsn lsn = 0;
    };

    runtime::Clock::duration memory_;
    /// Of the primary's present log, oldest first: the later, the farther.
    std::deque<Sample> samples_;
    Snapshot snapshot_;
};

}  // namespace fraiseql::replica
