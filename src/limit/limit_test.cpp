// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <thread>

#include "limit/in_flight.hpp"
#include "limit/rule.hpp"
#include "limit/table.hpp"

namespace fraiseql::limit {
namespace {

using namespace std::chrono_literals;

Rule rule(const char* text) { return *read_rule(text); }

TEST(Rule, SaysWhomHowManyAndOnWhat) {
    const Rule plain = rule("ip 600/1m burst 100");
    EXPECT_TRUE(plain.by_address && !plain.by_user && !plain.needs_operation());
    EXPECT_EQ(plain.count, 600U);
    EXPECT_EQ(plain.period, 60s);
    EXPECT_EQ(plain.burst, 100U);
    const Rule window = rule("  user+operation   10/h   sliding on createPost,editPost ");
    EXPECT_TRUE(window.by_user && window.by_operation && window.sliding);
    EXPECT_EQ(window.period, 1h);
    EXPECT_EQ(window.on_fields, (std::vector<std::string>{"createPost", "editPost"}));
    EXPECT_TRUE(rule("tenant 5/2d on mutations").on_mutations);
    EXPECT_EQ(rule("tenant 5/2d").burst, 5U);
}

TEST(Rule, IsRefusedWhereItIsNotClear) {
    for (const char* text : {"",
                             "ip",
                             "100/1m",
                             "ipp 1/s",
                             "ip+ip 1/s",
                             "ip 0/s",
                             "ip 1/0s",
                             "ip -1/s",
                             "ip 1",
                             "ip 1/",
                             "ip 1/5",
                             "ip 1/5x",
                             "ip 1/99999d",
                             "ip 2000000/s",
                             "ip 1/s burst",
                             "ip 1/s burst 0",
                             "ip 1/s burst 5 sliding",
                             "ip 1/s sliding sliding",
                             "ip 1/s on",
                             "ip 1/s on a,",
                             "ip 1/s x",
                             "ip 1/s on a on b",
                             "ip 1/s burst 99999999999"})
        EXPECT_FALSE(read_rule(text)) << text;
    EXPECT_NE(to_string(read_rule("usr 1/s").error()).find("\"user\""), std::string::npos);
}

TEST(Bucket, LetsABurstThroughAndThenTheRate) {
    const Rule limit = rule("ip 10/1s burst 3");
    Cell cell;
    Instant now = 1h;
    for (std::uint32_t left = 3; left > 0; --left)
        EXPECT_EQ(cell.take(limit, now).remaining, left - 1);
    const Decision refused = cell.take(limit, now);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.retry_after, 100ms);
    EXPECT_EQ(refused.reset, 300ms);
    EXPECT_FALSE(cell.take(limit, now + 99ms).allowed);
    EXPECT_TRUE(cell.take(limit, now + 100ms).allowed);
    EXPECT_FALSE(cell.take(limit, now + 100ms).allowed);
    EXPECT_EQ(cell.take(limit, now + 10s).remaining, 2U);
}

TEST(Window, NeverLetsMoreThroughInAnyPeriod) {
    const Rule limit = rule("ip 10/1s sliding");
    Cell cell;
    std::vector<Instant> allowed;
    for (Instant now = 1h; now < 1h + 20s; now += 7ms)
        if (cell.take(limit, now).allowed) allowed.push_back(now);
    EXPECT_GE(allowed.size(), 170U);
    // The last period counts as if its requests had been spread evenly: hence one and a half.
    for (std::size_t i = 15; i < allowed.size(); ++i)
        EXPECT_GE(allowed[i] - allowed[i - 15], 1s);
}

TEST(Window, SaysWhenTheNextFits) {
    const Rule limit = rule("ip 4/1s sliding");
    for (const Instant pause : {Instant(0ms), Instant(400ms), Instant(900ms), Instant(1500ms)}) {
        Cell cell;
        for (int i = 0; i < 4; ++i)
            EXPECT_TRUE(cell.take(limit, 1h + i * 10ms).allowed);
        Instant now = 1h + 50ms + pause;
        while (cell.take(limit, now).allowed) {
        }
        const Decision refused = cell.take(limit, now);
        ASSERT_FALSE(refused.allowed);
        Cell early = cell;
        EXPECT_FALSE(early.take(limit, now + refused.retry_after - 1ms).allowed);
        EXPECT_TRUE(cell.take(limit, now + refused.retry_after).allowed);
    }
}

TEST(Table, CountsAllOrNothing) {
    Table table(100);
    const Rule wide = rule("ip 100/1m");
    const Rule narrow = rule("user 1/1m");
    const std::vector<Charge> both = {{&wide, "wide"}, {&narrow, "narrow"}};
    EXPECT_EQ(table.take(both, 1h).size(), 2U);
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(table.take(both, 1h).back().allowed);
    EXPECT_EQ(table.take({{&wide, "wide"}}, 1h).back().remaining, 98U);
}

TEST(Table, IsExactAcrossThreads) {
    Table table(1000);
    const Rule limit = rule("ip 1000/1h");
    std::array<int, 4> allowed{};
    std::vector<std::thread> threads;
    for (int& mine : allowed)
        threads.emplace_back([&table, &limit, &mine] {
            for (int i = 0; i < 500; ++i)
                mine += table.take({{&limit, "one"}}, 1h).back().allowed ? 1 : 0;
        });
    for (std::thread& each : threads)
        each.join();
    EXPECT_EQ(allowed[0] + allowed[1] + allowed[2] + allowed[3], 1000);
}

TEST(Table, FloodsOfClientsLockNobodyOut) {
    Table table(64);
    const Rule limit = rule("ip 1/1h");
    for (int i = 0; i < 10'000; ++i) {
        const std::string key = std::to_string(i);
        EXPECT_TRUE(table.take({{&limit, key}}, 1h).back().allowed);
    }
    EXPECT_EQ(table.capacity(), 64U);
}

TEST(InFlight, CountsWhileAPlaceIsHeld) {
    InFlight counter(2);
    auto first = counter.enter("a");
    {
        const auto second = counter.enter("a");
        EXPECT_TRUE(first && second);
        EXPECT_FALSE(counter.enter("a"));
        EXPECT_TRUE(counter.enter("b"));
    }
    const auto third = counter.enter("a");
    EXPECT_TRUE(third);
    EXPECT_FALSE(counter.enter("a"));
    first.reset();
    EXPECT_TRUE(counter.enter("a"));
}

}  // namespace
}  // namespace fraiseql::limit
