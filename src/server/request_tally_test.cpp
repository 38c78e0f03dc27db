// SPDX-License-Identifier: MIT
#include "server/request_tally.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

TEST(RequestTally, HasNoQuantilesWithoutRequests) {
    EXPECT_EQ(quantile(RequestTally{}, 0.5), std::nullopt);
}

TEST(RequestTally, FindsQuantilesWithinASixteenth) {
    std::mt19937 random(7);
    std::lognormal_distribution<double> microseconds(7, 2);
    RequestTally tally;
    std::vector<double> all;
    for (int i = 0; i < 20'000; ++i) {
        all.push_back(std::min(microseconds(random), 60e6));
        tally.count(std::chrono::nanoseconds(static_cast<std::int64_t>(all.back() * 1000)), false);
    }
    std::sort(all.begin(), all.end());
    for (const double share : {0.01, 0.5, 0.95, 0.99, 1.0}) {
        const auto at = static_cast<std::size_t>(share * static_cast<double>(all.size())) - 1;
        const double exact = all[at] / 1e6;
        EXPECT_NEAR(*quantile(tally, share), exact, exact / 8 + 1e-6) << share;
    }
}

TEST(RequestTally, KeepsWhatIsLongerThanItsLastBucket) {
    RequestTally tally;
    tally.count(24h, true);
    tally.count(-1s, false);
    EXPECT_EQ(tally.requests, 2U);
    EXPECT_EQ(tally.errors, 1U);
    EXPECT_GT(*quantile(tally, 1), 400);
    EXPECT_LT(*quantile(tally, 0.5), 1e-6 + 1e-9);
}

TEST(RequestTally, DifferencesAreWhatHappenedInBetween) {
    RequestTally before;
    before.count(1ms, true);
    before.count(engine::AnswerSource::Memory);
    RequestTally after = before;
    after.count(1s, false);
    after.count(engine::AnswerSource::Built);
    RequestTally between = after;
    between -= before;
    EXPECT_EQ(between.requests, 1U);
    EXPECT_EQ(between.errors, 0U);
    EXPECT_EQ(between.answers, (std::array<std::uint64_t, 4>{0, 0, 0, 1}));
    EXPECT_NEAR(*quantile(between, 0.5), 1, 0.13);
    between += before;
    EXPECT_EQ(between.durations, after.durations);
}

}  // namespace
}  // namespace fraiseql::server
