// SPDX-License-Identifier: MIT
#include "pg/connect.hpp"

#include <gtest/gtest.h>

#include "pg/backoff.hpp"
#include "pg/pool.hpp"
#include "pg/session.hpp"

namespace fraiseql::pg {
namespace {

using namespace std::chrono_literals;

TEST(SessionOptions, EscapesBlanksAndBackslashes) {
    EXPECT_EQ(session_options("", {{"a", "b"}, {"search_path", "x, y\\z"}}),
              "-c a=b -c search_path=x,\\ y\\\\z");
    EXPECT_EQ(session_options("-c jit=off", {{"a", "b"}}), "-c jit=off -c a=b");
}

TEST(Connect, SaysWhatIsWrongWithAConnectionString) {
    const auto bad = query_once("hots=localhost", "select 1");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().sqlstate, "08001");
    EXPECT_NE(bad.error().message.find("hots"), std::string::npos);
}

TEST(Connect, SaysThatNobodyListens) {
    const auto result = query_once("postgresql://127.0.0.1:1/db", "select 1");
    ASSERT_FALSE(result);
    EXPECT_TRUE(is_unavailable(result.error()));
    EXPECT_NE(result.error().message.find("127.0.0.1"), std::string::npos);
}

TEST(Backoff, WaitsLongerWithEveryFailureUpToTwoSeconds) {
    Backoff backoff(7);
    Backoff::TimePoint now{};
    EXPECT_TRUE(backoff.due(now));
    backoff.failed(now);
    EXPECT_FALSE(backoff.due(now + 24ms));
    EXPECT_TRUE(backoff.due(now + 50ms));
    for (int i = 0; i < 100; ++i)
        backoff.failed(now);
    EXPECT_FALSE(backoff.due(now + 999ms));
    EXPECT_TRUE(backoff.due(now + 2000ms));
    backoff.succeeded();
    EXPECT_TRUE(backoff.due(now));
}

}  // namespace
}  // namespace fraiseql::pg
