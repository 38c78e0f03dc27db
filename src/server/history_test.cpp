// SPDX-License-Identifier: MIT
#include "server/history.hpp"

#include <gtest/gtest.h>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

const History::Clock::time_point kStart{std::chrono::hours(1)};

TEST(History, BeginsWithTheSecondReport) {
    History history;
    EXPECT_TRUE(history.is_due(kStart));
    history.add({}, kStart);
    EXPECT_FALSE(history.is_due(kStart + 500ms));
    EXPECT_TRUE(history.after(0).empty());
}

TEST(History, HasRatesOfWhatHappenedInBetween) {
    History history;
    History::Totals totals;
    totals.requests.count(1s, true);
    totals.busy = 10s;
    history.add(totals, kStart);
    for (int i = 0; i < 8; ++i)
        totals.requests.count(2ms, i == 0);
    totals.requests.count(engine::AnswerSource::Built);
    totals.requests.count(engine::AnswerSource::Joined);
    totals.requests.count(engine::AnswerSource::Memory);
    totals.busy += 1s;
    totals.in_flight = 3;
    history.add(totals, kStart + 2s);
    const auto seconds = history.after(0);
    ASSERT_EQ(seconds.size(), 1U);
    const Second& second = seconds.front();
    EXPECT_EQ(second.at, 3'602'000);
    EXPECT_DOUBLE_EQ(second.requests, 4);
    EXPECT_DOUBLE_EQ(second.errors, 0.5);
    EXPECT_NEAR(*second.p99, 0.002, 0.00025);
    EXPECT_DOUBLE_EQ(second.database, 0.5);
    EXPECT_DOUBLE_EQ(second.cache_hits, 1);
    EXPECT_DOUBLE_EQ(second.cache_misses, 0.5);
    EXPECT_EQ(second.in_flight, 3U);
}

TEST(History, KeepsFiveMinutesAndGivesWhatIsNew) {
    History history;
    for (int i = 0; i <= 400; ++i)
        history.add({}, kStart + std::chrono::seconds(i));
    EXPECT_EQ(history.after(0).size(), History::kSeconds);
    EXPECT_EQ(history.after(0).front().at, 3'701'000);
    EXPECT_EQ(history.after(3'998'000).size(), 2U);
    EXPECT_TRUE(history.after(4'000'000).empty());
    EXPECT_EQ(history.after(4'000'000 - 1).front().p50, std::nullopt);
}

TEST(History, GoesOnWhenAClockIsSetBackAndCountsBeginAnew) {
    History history;
    History::Totals totals;
    totals.busy = 5s;
    history.add(totals, kStart);
    EXPECT_TRUE(history.is_due(kStart - 1h));
    totals.busy = 1s;
    history.add(totals, kStart - 1h);
    history.add(totals, kStart - 1h + 1s);
    ASSERT_EQ(history.after(0).size(), 1U);
    EXPECT_EQ(history.after(0).front().database, 0);
}

}  // namespace
}  // namespace fraiseql::server
