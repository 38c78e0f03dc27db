// SPDX-License-Identifier: MIT
#include "replica/tracker.hpp"

#include <gtest/gtest.h>

namespace fraiseql::replica {
namespace {

using namespace std::chrono_literals;

TimePoint at(std::chrono::milliseconds time) { return TimePoint{time}; }

Observation primary(Lsn lsn, std::uint32_t timeline = 1, std::uint64_t system = 7) {
    return {.in_recovery = false, .position = {system, timeline, lsn}};
}

Observation standby(Lsn lsn, std::uint32_t timeline = 1, std::uint64_t system = 7) {
    return {.in_recovery = true, .position = {system, timeline, lsn}};
}

/// A primary and one replica.
struct Pair {
    Tracker tracker{1, 10s};

    const Replica& hear(const Observation& seen) {
        tracker.hear_replica(0, seen, 1ms);
        return tracker.snapshot().replicas[0];
    }
};

TEST(Tracker, AReplicaHasWhatWasCommittedWhenThePrimaryWasThere) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1000ms));
    pair.tracker.hear_primary(primary(200), at(2000ms));
    pair.tracker.hear_primary(primary(300), at(3000ms));
    const Replica& replica = pair.hear(standby(250));
    EXPECT_EQ(replica.state, State::Following);
    EXPECT_EQ(replica.as_of, at(2000ms));
    EXPECT_EQ(replica.as_of_lsn, 200U);
    EXPECT_EQ(replica.behind_bytes, 50U);
    EXPECT_EQ(pair.hear(standby(300)).as_of, at(3000ms));
    EXPECT_EQ(pair.hear(standby(99)).as_of, TimePoint::min());
}

TEST(Tracker, AnIdlePrimaryMakesNobodyLate) {
    Pair pair;
    for (int second = 1; second < 100; ++second)
        pair.tracker.hear_primary(primary(100), at(std::chrono::seconds(second)));
    EXPECT_EQ(pair.hear(standby(100)).as_of, at(99s));
}

TEST(Tracker, AReplicaThatIsAheadOfTheLastSampleIsAsGoodAsThat) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1000ms));
    const Replica& replica = pair.hear(standby(170));
    EXPECT_EQ(replica.as_of, at(1000ms));
    EXPECT_EQ(replica.as_of_lsn, 100U);
    EXPECT_EQ(replica.behind_bytes, 0U);
}

TEST(Tracker, ARestartedReplicaMayBeFurtherBehindThanBefore) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1000ms));
    pair.tracker.hear_primary(primary(200), at(2000ms));
    pair.hear(standby(200));
    pair.tracker.lose_replica(0);
    EXPECT_EQ(pair.tracker.snapshot().replicas[0].state, State::Away);
    EXPECT_EQ(pair.hear(standby(150)).as_of, at(1000ms));
}

TEST(Tracker, TellsPrimariesAndStrangersApart) {
    Pair pair;
    EXPECT_EQ(pair.hear(standby(100)).state, State::Stranger);
    pair.tracker.hear_primary(primary(100), at(1000ms));
    EXPECT_EQ(pair.hear(primary(100)).state, State::Primary);
    EXPECT_EQ(pair.hear(standby(100, 1, 8)).state, State::Stranger);
    EXPECT_EQ(pair.hear(standby(100, 2)).state, State::Stranger);
    EXPECT_EQ(pair.hear(standby(100)).state, State::Following);
}

TEST(Tracker, AfterAFailoverReplicasCountAgainWhenTheyFollow) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1000ms));
    pair.hear(standby(100));
    pair.tracker.hear_primary(primary(90, 2), at(2000ms));
    EXPECT_EQ(pair.tracker.snapshot().replicas[0].state, State::Stranger);
    // It has replayed more of the old log than the new primary had: it cannot follow.
    EXPECT_EQ(pair.hear(standby(100, 1)).state, State::Stranger);
    const Replica& replica = pair.hear(standby(90, 2));
    EXPECT_EQ(replica.state, State::Following);
    EXPECT_EQ(replica.as_of, at(2000ms));
}

TEST(Tracker, APrimaryOfThePastIsNotHeard) {
    Pair pair;
    pair.tracker.hear_primary(primary(100, 2), at(1000ms));
    pair.hear(standby(100, 2));
    pair.tracker.hear_primary(primary(900, 1), at(2000ms));
    EXPECT_EQ(pair.tracker.snapshot().primary, (Position{7, 2, 100}));
    EXPECT_EQ(pair.hear(standby(100, 2)).as_of, at(1000ms));
    pair.tracker.hear_primary(standby(900, 3), at(3000ms));
    EXPECT_EQ(pair.tracker.snapshot().primary.timeline, 2U);
}

TEST(Tracker, APrimaryThatLostTheEndOfItsLogStartsAnew) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1000ms));
    pair.tracker.hear_primary(primary(80), at(2000ms));
    EXPECT_EQ(pair.hear(standby(80)).as_of, at(2000ms));
}

TEST(Tracker, ForgetsWhatIsTooLongAgo) {
    Pair pair;
    pair.tracker.hear_primary(primary(100), at(1s));
    pair.tracker.hear_primary(primary(200), at(12s));
    EXPECT_EQ(pair.hear(standby(150)).as_of, TimePoint::min());
}

}  // namespace
}  // namespace fraiseql::replica
