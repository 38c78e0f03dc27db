// SPDX-License-Identifier: MIT
#include "replica/choice.hpp"

#include <gtest/gtest.h>

#include <map>

namespace fraiseql::replica {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow{1000s};

Replica following(Lsn replayed, TimePoint as_of = kNow, Lsn as_of_lsn = 50) {
    return {
        .state = State::Following, .replayed = replayed, .as_of = as_of, .as_of_lsn = as_of_lsn};
}

struct Case {
    Snapshot snapshot{.primary = {7, 2, 100}};
    Demand demand{.not_before = kNow - 1s};
    std::vector<Load> loads;

    explicit Case(std::vector<Replica> replicas) : loads(replicas.size()) {
        snapshot.replicas = std::move(replicas);
    }
    Choice choose(std::size_t first = 0) const {
        return replica::choose(snapshot, demand, loads, first);
    }
};

TEST(Choose, TakesTheOneWithTheFewestReadsInFlight) {
    Case all({following(100), following(100), following(100)});
    all.loads = {{.in_flight = 2}, {.in_flight = 1}, {.in_flight = 3}};
    for (std::size_t first = 0; first < 5; ++first)
        EXPECT_EQ(all.choose(first).replica, 1U);
}

TEST(Choose, EqualsTakeTurns) {
    const Case all({following(100), following(100), following(100)});
    std::map<std::size_t, int> chosen;
    for (std::size_t first = 0; first < 9; ++first)
        ++chosen[*all.choose(first).replica];
    EXPECT_EQ(chosen, (std::map<std::size_t, int>{{0, 3}, {1, 3}, {2, 3}}));
}

TEST(Choose, FallsBackWhereNobodyFollows) {
    EXPECT_FALSE(Case({}).choose().replica);
    Case others({{.state = State::Away}, {.state = State::Primary}, {.state = State::Stranger}});
    for (Replica& each : others.snapshot.replicas) {
        each.as_of = kNow;
        each.replayed = 1000;
    }
    EXPECT_FALSE(others.choose().replica);
    EXPECT_EQ(others.choose().fallback, Fallback::NoReplica);
}

TEST(Choose, StaleReplicasDoNotAnswer) {
    Case both({following(90, kNow - 1001ms), following(80, kNow - 999ms)});
    EXPECT_EQ(both.choose().replica, 1U);
    both.snapshot.replicas.pop_back();
    both.loads.pop_back();
    EXPECT_FALSE(both.choose().replica);
    EXPECT_EQ(both.choose().fallback, Fallback::Stale);
}

TEST(Choose, ReadsItsWrites) {
    Case both({following(89), following(90)});
    both.demand.seen = Position{7, 2, 90};
    for (std::size_t first = 0; first < 2; ++first)
        EXPECT_EQ(both.choose(first).replica, 1U);
    both.demand.seen->lsn = 91;
    EXPECT_FALSE(both.choose().replica);
    EXPECT_EQ(both.choose().fallback, Fallback::ClientAhead);
}

TEST(Choose, WritesOfAnotherLogAreReadFromThePrimary) {
    Case one({following(90)});
    for (const Position& seen :
         {Position{7, 1, 5}, Position{7, 3, 5}, Position{8, 2, 5}, kBeyondReplicas}) {
        one.demand.seen = seen;
        EXPECT_FALSE(one.choose().replica);
        EXPECT_EQ(one.choose().fallback, Fallback::ClientAhead);
    }
}

TEST(Choose, SaysWhatTheReplicaMustStillHaveReplayedWhenItReads) {
    Case one({following(90, kNow, 60)});
    EXPECT_EQ(one.choose().at_least, 60U);
    one.demand.seen = Position{7, 2, 55};
    EXPECT_EQ(one.choose().at_least, 60U);
    one.demand.seen = Position{7, 2, 75};
    EXPECT_EQ(one.choose().at_least, 75U);
}

TEST(Choose, ExcludedOnesAreNotTriedAgain) {
    Case both({following(100), following(100)});
    both.loads[0].excluded = true;
    EXPECT_EQ(both.choose().replica, 1U);
    both.loads[1].excluded = true;
    EXPECT_FALSE(both.choose().replica);
    EXPECT_EQ(both.choose().fallback, Fallback::Failed);
    for (Replica& each : both.snapshot.replicas)
        each.state = State::Away;
    EXPECT_EQ(both.choose().fallback, Fallback::NoReplica);
}

}  // namespace
}  // namespace fraiseql::replica
