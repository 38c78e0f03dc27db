// SPDX-License-Identifier: MIT
#include "replica/tracker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fraiseql::replica {
namespace {

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

pg::Call observation_call() {
    // Which timeline a replica follows, it tells only to pg_read_all_stats at once. To others it
    // does when it has written it down, at its next restartpoint.
    static const auto statement = pg::make_statement(fmt::format(R"(
SELECT standby, system_identifier, lsn,
       CASE WHEN standby
            THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver),
                          greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                                   (SELECT min_recovery_end_timeline FROM pg_control_recovery())))
            ELSE ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int
       END,
       CASE WHEN standby THEN 0 ELSE (SELECT {} FROM pg_walfile_name_offset(lsn)) END
FROM pg_is_in_recovery() AS standby, pg_control_system(),
     LATERAL (SELECT CASE WHEN standby THEN pg_last_wal_replay_lsn()
                          ELSE pg_current_wal_insert_lsn() END AS lsn) AS place)",
                                                                 kHeaderSql));
    return {.statement = statement, .params = {}};
}

std::optional<Observation> read_observation(const pg::Rows& rows) {
    if (rows.row_count() != 1 || rows.column_count() != 5) return std::nullopt;
    const auto system = read_number<std::uint64_t>(rows.get(0, 1));
    const auto lsn = read_lsn(rows.get(0, 2));
    const auto timeline = read_number<std::uint32_t>(rows.get(0, 3));
    const auto header = read_number<Lsn>(rows.get(0, 4));
    if (!system || !lsn || !timeline || !header) return std::nullopt;
    return Observation{rows.get(0, 0) == "t", {*system, *timeline, *lsn - *header}};
}

Tracker::Tracker(std::size_t replicas, runtime::Clock::duration memory) : memory_(memory) {
    snapshot_.replicas.resize(replicas);
}

void Tracker::hear_primary(const Observation& seen, TimePoint asked) {
    if (seen.in_recovery) return;
    const Position& known = snapshot_.primary;
    if (!samples_.empty() && known.system == seen.position.system &&
        known.timeline > seen.position.timeline)
        // A primary of the past, that others have taken over from.
        return;
    const bool back = known.same_log(seen.position) && seen.position.lsn < known.lsn;
    if (!known.same_log(seen.position) || back) {
        samples_.clear();
        // Who follows the new one, they say when they are asked the next time.
        for (Replica& each : snapshot_.replicas)
            if (each.state == State::Following) each.state = State::Stranger;
    }
    snapshot_.primary = seen.position;
    samples_.push_back({asked, seen.position.lsn});
    while (samples_.front().asked + memory_ < asked)
        samples_.pop_front();
}

void Tracker::hear_replica(std::size_t index, const Observation& seen,
                           runtime::Clock::duration latency) {
    Replica& replica = snapshot_.replicas[index];
    replica.latency = latency;
    if (!seen.in_recovery || !seen.position.same_log(snapshot_.primary)) {
        replica.state = seen.in_recovery ? State::Stranger : State::Primary;
        replica.as_of = TimePoint::min();
        replica.as_of_lsn = 0;
        return;
    }
    replica.state = State::Following;
    replica.replayed = seen.position.lsn;
    const Lsn end = snapshot_.primary.lsn;
    replica.behind_bytes = end > replica.replayed ? end - replica.replayed : 0;
    const auto beyond =
        std::upper_bound(samples_.begin(), samples_.end(), replica.replayed,
                         [](Lsn lsn, const Sample& sample) { return lsn < sample.lsn; });
    replica.as_of = TimePoint::min();
    replica.as_of_lsn = 0;
    if (beyond == samples_.begin()) return;
    replica.as_of = std::prev(beyond)->asked;
    replica.as_of_lsn = std::prev(beyond)->lsn;
}

void Tracker::lose_replica(std::size_t index) { snapshot_.replicas[index] = Replica{}; }

}  // namespace fraiseql::replica
