// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "turbo/seen_statements.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::turbo {
namespace {

using namespace std::chrono_literals;

TEST(StatisticsRoom, OnlySoManyOperationsHaveAMeterOfTheirOwn) {
    Statistics statistics;
    const auto a = statistics.open_if_room("a", 2);
    const auto b = statistics.open_if_room("b", 2);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(statistics.open_if_room("c", 2), nullptr);
    EXPECT_NE(statistics.open_if_room("a", 2), nullptr);
}

TEST(StatisticsRoom, WhatNobodyCountsAnyMoreBecomesAPartOfTheOthers) {
    Statistics statistics;
    auto a = statistics.open_if_room("a", 1);
    a->count({.duration = 5ms, .rows = 3});
    a.reset();
    const auto b = statistics.open_if_room("b", 1);
    ASSERT_NE(b, nullptr);
    b->count({.duration = 1ms});
    const auto totals = statistics.totals();
    EXPECT_EQ(totals.count("a"), 0U);
    EXPECT_EQ(totals.at(std::string(kOtherOperations)).rows, 3U);
    EXPECT_EQ(totals.at("b").calls, 1U);
}

TEST(SeenStatements, WaitUntilTheyAreTaken) {
    SeenStatements seen;
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(seen.add({.operation = "a", .sql = std::to_string(i)}));
    EXPECT_FALSE(seen.add({.operation = "a", .sql = "one more"}));
    EXPECT_EQ(seen.take().size(), 1000U);
    EXPECT_TRUE(seen.add({.operation = "a", .sql = "one more"}));
}

}  // namespace
}  // namespace fraiseql::turbo
