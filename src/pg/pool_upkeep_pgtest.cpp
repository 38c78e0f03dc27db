// SPDX-License-Identifier: MIT
#include <csignal>

#include "pg/pool_pgtest.hpp"

namespace fraiseql::pg {
namespace {

Batch process() { return batch_of({"select pg_backend_pid()"}); }

TEST_F(PoolTest, ReplacesConnectionsOfSomeAgeWithoutRefusingAnything) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.quick_connections = 1;
    settings.max_lifetime = 1s;
    open(std::move(settings));
    const std::string first = value(run(process()));
    const auto end = runtime::Clock::now() + 2500ms;
    std::string last;
    while (runtime::Clock::now() < end) {
        last = value(run(process()));
        EXPECT_EQ(last.find(':'), std::string::npos) << last;
        turn_for(5ms);
    }
    EXPECT_NE(last, first);
    EXPECT_GE(pool_->status().retired, 1U);
    EXPECT_EQ(pool_->status().lost, 0U);
}

TEST_F(PoolTest, ClosesExclusiveConnectionsWithoutWork) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.max_idle = 1s;
    open(std::move(settings));
    EXPECT_EQ(value(run(batch_of({"select 1"}, false))), "1");
    EXPECT_EQ(value(run(batch_of({"select 1"}))), "1");
    EXPECT_EQ(pool_->status().exclusive_open, 1U);
    turn_until([&] { return pool_->status().exclusive_open == 0; });
    EXPECT_EQ(pool_->status().quick_open, 2U);
    EXPECT_EQ(value(run(batch_of({"select 2"}, false))), "2");
}

TEST_F(PoolTest, NoticesThatAnIdleConnectionIsNotAnswered) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.quick_connections = 1;
    settings.check_interval = 1s;
    open(std::move(settings));
    const std::string first = value(run(process()));
    turn_for(1500ms);
    // An answer was had meanwhile, and it was the same connection.
    EXPECT_EQ(value(run(process())), first);
    ASSERT_EQ(::kill(std::stoi(first), SIGSTOP), 0);
    turn_until([&] { return pool_->status().lost == 1; });
    ::kill(std::stoi(first), SIGCONT);
    EXPECT_NE(value(run(process())), first);
}

TEST_F(PoolTest, ADeadlineBecomesTheStatementsTimeout) {
    open();
    EXPECT_EQ(value(run(batch_of({"show statement_timeout"}), Lane::Quick, 40s)), "30s");
    const std::string short_one =
        value(run(batch_of({"select setting::int <= 3000 from pg_settings where name = "
                            "'statement_timeout'"}),
                  Lane::Quick, 3s));
    EXPECT_EQ(short_one, "t");
    // It ended with its transaction, and what failed keeps its number.
    EXPECT_EQ(value(run(batch_of({"show statement_timeout"}), Lane::Quick, 40s)), "30s");
    const auto& failed = run(batch_of({"select 1", "select 1 / 0"}), Lane::Quick, 3s);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().statement, 1U);
}

TEST_F(PoolTest, SaysOnceThatItIsWarm) {
    int told = 0;
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.on_warm = [&told] { ++told; };
    open(std::move(settings));
    pool_->start();
    turn_until([&] { return told > 0; });
    EXPECT_EQ(pool_->status().quick_open, 2U);
    turn_for(100ms);
    EXPECT_EQ(told, 1);
}

TEST_F(PoolTest, StatementsMayGoWithoutNames) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.prepared_names = PreparedNames::Off;
    open(std::move(settings));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(value(run(batch_of({"select 1 + 1"}))), "2");
    EXPECT_EQ(
        value(run(batch_of({"select count(*) from pg_prepared_statements where name <> ''"}))),
        "0");
}

}  // namespace
}  // namespace fraiseql::pg
