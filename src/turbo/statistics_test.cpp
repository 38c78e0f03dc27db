// SPDX-License-Identifier: MIT
#include "turbo/statistics.hpp"

#include <gtest/gtest.h>

namespace fraiseql::turbo {
namespace {

using namespace std::chrono_literals;

TEST(Statistics, SumsTheMetersOfAllWorkers) {
    Statistics statistics;
    const auto one = statistics.open("posts");
    const auto two = statistics.open("posts");
    const auto other = statistics.open("users");
    one->count({.duration = 100us, .plan_hit = false, .rows = 1, .bytes = 10});
    one->count({.duration = 101us, .plan_hit = true, .rows = 1, .bytes = 10});
    two->count({.duration = 7s, .plan_hit = true, .failed = true});
    const auto totals = statistics.totals();
    ASSERT_EQ(totals.size(), 1U);
    const Totals& posts = totals.at("posts");
    EXPECT_EQ(posts.calls, 3U);
    EXPECT_EQ(posts.plan_hits, 2U);
    EXPECT_EQ(posts.errors, 1U);
    EXPECT_EQ(posts.rows, 2U);
    EXPECT_EQ(posts.bytes, 20U);
    EXPECT_EQ(posts.microseconds, 7'000'201U);
    EXPECT_EQ(posts.longest, 7'000'000U);
    EXPECT_EQ(posts.histogram.at(0), 1U);
    EXPECT_EQ(posts.histogram.at(1), 1U);
    EXPECT_EQ(posts.histogram.back(), 1U);
}

TEST(Statistics, ReadsQuantilesOffTheHistogram) {
    Meter meter;
    for (int i = 0; i < 98; ++i)
        meter.count({.duration = 200us});
    meter.count({.duration = 30ms});
    meter.count({.duration = 60ms});
    EXPECT_EQ(quantile(meter.totals(), 0.5), 250U);
    EXPECT_EQ(quantile(meter.totals(), 0.99), 50'000U);
    EXPECT_EQ(quantile(meter.totals(), 1), 60'000U);
    EXPECT_EQ(quantile({}, 0.5), 0U);
}

TEST(Statistics, LosesNothingBetweenTwoStores) {
    Statistics statistics;
    auto meter = statistics.open("posts");
    meter->count({.duration = 1ms});
    const auto first = statistics.unstored();
    EXPECT_EQ(first.at("posts").calls, 1U);
    // The database was away: all of it comes again.
    meter->count({.duration = 1ms});
    const auto second = statistics.unstored();
    EXPECT_EQ(second.at("posts").calls, 2U);
    statistics.mark_stored(second);
    EXPECT_TRUE(statistics.unstored().empty());
    meter->count({.duration = 1ms});
    // What was counted before the operation was dropped is stored, too; then it is forgotten.
    meter.reset();
    const auto last = statistics.unstored();
    EXPECT_EQ(last.at("posts").calls, 1U);
    statistics.mark_stored(last);
    EXPECT_TRUE(statistics.unstored().empty());
    EXPECT_TRUE(statistics.totals().empty());
}

TEST(Statistics, TakesAHundredCandidatesAndEachTextOnce) {
    Statistics statistics;
    for (int i = 0; i < 1'000; ++i)
        statistics.propose({"{ a" + std::to_string(i) + " }", 5});
    statistics.propose({"{ a0 }", 7});
    const auto candidates = statistics.take_candidates();
    ASSERT_EQ(candidates.size(), 100U);
    EXPECT_EQ(candidates.front().query, "{ a0 }");
    EXPECT_EQ(candidates.front().microseconds, 12U);
    EXPECT_TRUE(statistics.take_candidates().empty());
}

}  // namespace
}  // namespace fraiseql::turbo
