// SPDX-License-Identifier: MIT
#include "server/suspicions.hpp"

#include <gtest/gtest.h>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

TEST(Suspicions, TenASecondAreRecordedAndTheNextSaysHowManyWereNot) {
    Suspicions suspicions(nullptr);
    const Suspicions::Clock::time_point start = Suspicions::Clock::now();
    std::uint64_t left_out = 0;
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(suspicions.admit(start, &left_out));
        EXPECT_EQ(left_out, 0);
    }
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(suspicions.admit(start + 999ms, &left_out));
    EXPECT_TRUE(suspicions.admit(start + 1s, &left_out));
    EXPECT_EQ(left_out, 5);
    EXPECT_TRUE(suspicions.admit(start + 1s, &left_out));
    EXPECT_EQ(left_out, 0);
}

}  // namespace
}  // namespace fraiseql::server
