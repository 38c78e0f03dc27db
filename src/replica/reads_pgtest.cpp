// SPDX-License-Identifier: MIT
#include "replica/reads.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <thread>

#include "testing/cluster.hpp"

namespace fraiseql::replica {
namespace {

using namespace std::chrono_literals;
using runtime::Clock;
using testing::Cluster;

/// Sleeps on the replica only.
constexpr const char* kSlowThere =
    "select pg_sleep(case current_database() when 'reads_replica' then 30 else 0 end)";

/// A worker whose replica is another database of the same server: no standby, so it has replayed
/// nothing, whatever snapshots say.
class ReadsTest : public ::testing::Test {
  protected:
    void open(const std::string& replica_url) {
        auto settings = std::make_shared<Settings>();
        settings->targets.push_back({"replica", settings_for(replica_url), outbound_});
        primary_.emplace(context_.get_executor(), *outbound_,
                         settings_for(Cluster::shared().create_database("reads_primary")));
        reads_.emplace(context_.get_executor(), *primary_, settings);
        follow(State::Following);
    }
    void open() {
        open(Cluster::shared().create_database("reads_replica"));
        connect();
    }
    void connect() {
        turn_until([this] { return reads_->counts().connections.front() == 2; });
    }

    static pg::PoolSettings settings_for(const std::string& url) {
        pg::PoolSettings out;
        out.conninfo = url;
        return out;
    }

    void follow(State state) {
        Snapshot snapshot{.primary = {1, 1, 100}};
        snapshot.replicas.push_back(
            {.state = state, .replayed = 100, .as_of = Clock::now() + 1h, .as_of_lsn = 100});
        reads_->follow(std::make_shared<const Snapshot>(std::move(snapshot)));
    }

    static runtime::Task<> collect(Reads& reads, pg::Batch batch, Clock::time_point deadline,
                                   std::optional<pg::BatchResult>& out) {
        out = co_await reads.run(std::move(batch), std::nullopt, deadline);
    }

    void begin(std::vector<std::string> statements, std::chrono::milliseconds limit = 20s) {
        pg::Batch batch;
        for (std::string& sql : statements)
            batch.calls.push_back({.statement = pg::make_statement(std::move(sql))});
        result_.reset();
        boost::asio::co_spawn(context_,
                              collect(*reads_, std::move(batch), Clock::now() + limit, result_),
                              boost::asio::detached);
    }

    pg::BatchResult& wait() {
        turn_until([this] { return result_.has_value(); });
        return *result_;
    }

    template <class Condition>
    void turn_until(Condition condition) {
        const auto give_up = Clock::now() + 20s;
        while (!condition() && Clock::now() < give_up) {
            // Without work, until a connection is there, it stops.
            context_.restart();
            if (context_.run_one_for(10ms) == 0) std::this_thread::sleep_for(1ms);
        }
        ASSERT_TRUE(condition());
    }

    std::uint64_t fallbacks(Fallback why) const {
        return reads_->counts().fallbacks.at(static_cast<std::size_t>(why));
    }

    void TearDown() override {
        reads_->close();
        primary_->close();
        context_.restart();
        context_.run_for(100ms);
    }

    boost::asio::io_context context_{1};
    std::shared_ptr<runtime::Outbound> outbound_ = std::make_shared<runtime::Outbound>();
    std::optional<pg::Pool> primary_;
    std::optional<Reads> reads_;
    std::optional<pg::BatchResult> result_;
};

TEST_F(ReadsTest, AServerThatHasNotReplayedWhatItIsTrustedWithDoesNotAnswer) {
    open();
    begin({"select current_database()", "select 2"});
    const auto& result = wait();
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->size(), 2U);
    EXPECT_EQ(result->front().get(0, 0), "reads_primary");
    EXPECT_EQ(fallbacks(Fallback::Behind), 1U);
    EXPECT_EQ(reads_->counts().reads, std::vector<std::uint64_t>{0});
}

TEST_F(ReadsTest, AReplicaThatCannotBeReachedCostsNoAnswer) {
    open("postgresql://127.0.0.1:1/nobody");
    begin({"select current_database()"});
    const auto& result = wait();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->front().get(0, 0), "reads_primary");
    EXPECT_EQ(fallbacks(Fallback::Failed), 1U);
}

TEST_F(ReadsTest, ReadsOnAReplicaThatGoesAwayAreAskedElsewhere) {
    open();
    begin({kSlowThere, "select current_database()"});
    turn_until([this] { return reads_->counts().in_flight.front() == 1; });
    context_.restart();
    context_.run_for(300ms);
    ASSERT_FALSE(result_);
    follow(State::Away);
    const auto& result = wait();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ((*result)[1].get(0, 0), "reads_primary");
    EXPECT_EQ(reads_->counts().in_flight.front(), 0U);
}

TEST_F(ReadsTest, ThePrimaryHasTheLastWordOnErrors) {
    open();
    begin({"select 1 / (current_database() = 'reads_primary')::int"});
    EXPECT_TRUE(wait());
    EXPECT_EQ(fallbacks(Fallback::Failed), 1U);
    begin({"select 1", "select 1 / 0"});
    const auto& result = wait();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "22012");
    EXPECT_EQ(result.error().statement, 1U);
}

TEST_F(ReadsTest, AReadSeesMoreThanItsCheckDid) {
    const std::string url = Cluster::shared().create_database("reads_replica");
    Cluster::shared().run_sql(url,
                              "alter database reads_replica set default_transaction_isolation "
                              "= 'repeatable read'");
    open(url);
    connect();
    begin(
        {"select 1 / (current_setting('transaction_isolation') <> 'read committed' or "
         "current_database() = 'reads_primary')::int"});
    EXPECT_TRUE(wait());
    EXPECT_EQ(fallbacks(Fallback::Failed), 1U);
}

TEST_F(ReadsTest, WhereTimeIsUpNobodyIsAskedAgain) {
    open();
    begin({"select 1", kSlowThere}, 400ms);
    const auto& result = wait();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "57014");
    EXPECT_EQ(reads_->counts().fallbacks, (std::array<std::uint64_t, kFallbacks>{}));
}

}  // namespace
}  // namespace fraiseql::replica
