// SPDX-License-Identifier: MIT
#include "replica/choice.hpp"

#include <algorithm>

namespace fraiseql::replica {
namespace {

/// Why this replica may not answer, or nothing.
std::optional<Fallback> refusal(const Snapshot& snapshot, const Replica& replica,
                                const Demand& demand) {
    if (replica.state != State::Following) return Fallback::NoReplica;
    if (replica.as_of < demand.not_before) return Fallback::Stale;
    if (!demand.seen) return std::nullopt;
    // A write of before a failover may or may not be in the log that goes on: nobody can tell.
    const bool same_log = demand.seen->same_log(snapshot.primary);
    if (!same_log || replica.replayed < demand.seen->lsn) return Fallback::ClientAhead;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(State state) noexcept {
    switch (state) {
        case State::Away:
            return "away";
        case State::Primary:
            return "primary";
        case State::Stranger:
            return "stranger";
        case State::Following:
            return "following";
    }
    return "away";
}

std::string_view describe(State state) noexcept {
    switch (state) {
        case State::Away:
            return "does not answer, and is not read from";
        case State::Primary:
            return "takes writes, so it is not read from as a replica";
        case State::Stranger:
            return "does not follow the primary, and is not read from";
        case State::Following:
            return "follows the primary";
    }
    return "does not answer, and is not read from";
}

std::string_view name_of(Fallback fallback) noexcept {
    switch (fallback) {
        case Fallback::NoReplica:
            return "no_replica";
        case Fallback::Stale:
            return "stale";
        case Fallback::ClientAhead:
            return "client_ahead";
        case Fallback::Behind:
            return "behind";
        case Fallback::Failed:
            return "failed";
    }
    return "failed";
}

Choice choose(const Snapshot& snapshot, const Demand& demand, const std::vector<Load>& loads,
              std::size_t first) {
    Choice out;
    const std::size_t count = std::min(snapshot.replicas.size(), loads.size());
    for (std::size_t step = 0; step < count; ++step) {
        const std::size_t i = (first + step) % count;
        if (const auto refused = refusal(snapshot, snapshot.replicas[i], demand)) {
            out.fallback = std::max(out.fallback, *refused);
            continue;
        }
        if (loads[i].excluded) {
            out.fallback = std::max(out.fallback, Fallback::Failed);
            continue;
        }
        if (!out.replica || loads[i].in_flight < loads[*out.replica].in_flight) out.replica = i;
    }
    if (!out.replica) return out;
    // It is asked again when it reads: after a restart it may have replayed less than before.
    out.at_least = snapshot.replicas[*out.replica].as_of_lsn;
    if (demand.seen) out.at_least = std::max(out.at_least, demand.seen->lsn);
    return out;
}

}  // namespace fraiseql::replica
