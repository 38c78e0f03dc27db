// SPDX-License-Identifier: MIT
// The event store of sql/events.sql, also with several sessions at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "install/modules.hpp"
#include "testing/cluster.hpp"
#include "testing/connection.hpp"

namespace fraiseql::install {
namespace {

using fraiseql::testing::Cluster;
using fraiseql::testing::Connection;

class Events : public ::testing::Test {
  protected:
    static std::string module() {
        for (const Module& each : modules())
            if (each.name == "events") return std::string(each.sql);
        ADD_FAILURE() << "There is no module events.";
        return "";
    }

    const std::string url_ = Cluster::shared().create_database("event_store");
    Connection one_{url_};
    Connection two_{url_};

    void SetUp() override {
        one_.run(module());
        one_.run(R"(
            CREATE FUNCTION public.balance(state jsonb, event events.event) RETURNS jsonb
            IMMUTABLE LANGUAGE sql RETURN to_jsonb(coalesce(state::bigint, 0) +
                CASE event.type WHEN 'Paid' THEN 1 ELSE -1 END * (event.data->>'amount')::bigint);
            CREATE TABLE public.applied (position bigint PRIMARY KEY, stream text, version bigint);
            CREATE FUNCTION public.apply(event events.event) RETURNS void LANGUAGE sql AS $$
                INSERT INTO public.applied VALUES (event.position, event.stream, event.version) $$;
            SELECT events.add_projection('applied', 'public.apply'))");
    }
};

TEST_F(Events, InstallingAgainKeepsEverything) {
    one_.run("SELECT events.append('a', 'Paid', '{\"amount\": 3}')");
    const std::string objects =
        "SELECT count(*), sum(c.relnatts) FROM pg_class AS c WHERE relnamespace = "
        "'events'::regnamespace";
    const std::string before = one_.run(objects);
    one_.run(module());
    EXPECT_EQ(one_.run(objects), before);
    EXPECT_EQ(one_.run("SELECT events.stream_version('a')"), "1");
    EXPECT_EQ(one_.run("SELECT obj_description('events'::regnamespace)"),
              "FraiseQL event store, version 1");
}

TEST_F(Events, AppendNumbersTheEventsOfAStream) {
    EXPECT_EQ(one_.run("SELECT events.append('a', 'Opened')"), "1");
    EXPECT_EQ(one_.run(R"(SELECT events.append_all('a',
        '[{"type": "Paid", "data": {"amount": 1}}, {"type": "Paid", "metadata": {"by": "x"}}]'))"),
              "3");
    EXPECT_EQ(one_.run("SELECT version, type, data, metadata FROM events.read_stream('a')"),
              "1|Opened|{}|{}\n2|Paid|{\"amount\": 1}|{}\n3|Paid|{}|{\"by\": \"x\"}");
    EXPECT_EQ(one_.run("SELECT version FROM events.read_stream('a', 1, 2)"), "2");
    EXPECT_EQ(one_.run("SELECT events.stream_version('nobody')"), "0");
}

TEST_F(Events, AppendRefusesWhatIsNoEvent) {
    EXPECT_EQ(one_.sqlstate("SELECT events.append_all('a', '[]')"), "22023");
    EXPECT_EQ(one_.sqlstate("SELECT events.append_all('a', '{}')"), "22023");
    EXPECT_EQ(one_.sqlstate("SELECT events.append_all('a', NULL)"), "22023");
    EXPECT_EQ(one_.sqlstate("SELECT events.append_all('a', '[{}]')"), "23502");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', '')"), "23514");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('', 'Paid')"), "23514");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.stream"), "0");
}

TEST_F(Events, AppendWantsTheExpectedVersion) {
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', 'Paid', '{}', 1)"), "FQ003");
    EXPECT_EQ(one_.run("SELECT events.append('a', 'Opened', '{}', 0)"), "1");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', 'Opened', '{}', 0)"), "FQ003");
    EXPECT_EQ(one_.run("SELECT events.append('a', 'Paid', '{}', 1)"), "2");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', 'Paid', '{}', 1)"), "FQ003");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.event"), "2");
}

TEST_F(Events, OfTwoWhoDecidedUponOneVersionOneFails) {
    one_.run("SELECT events.append('a', 'Opened')");
    one_.run("BEGIN; SELECT events.append('a', 'Paid', '{}', 1)");
    two_.send("SELECT events.append('a', 'Paid', '{}', 1)");
    two_.wait_until_blocked(one_);
    one_.run("COMMIT");
    EXPECT_EQ(two_.received_sqlstate(), "FQ003");
    EXPECT_EQ(one_.run("SELECT events.stream_version('a')"), "2");
}

TEST_F(Events, AppendsWithoutExpectationFollowEachOther) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            Connection connection(url_);
            for (int j = 0; j < 50; ++j)
                connection.run("SELECT events.append('a', 'Paid')");
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(one_.run("SELECT count(*), min(version), max(version) FROM events.event"),
              "400|1|400");
}

TEST_F(Events, NothingIsChangedOrDeleted) {
    one_.run("SELECT events.append('a', 'Paid', '{\"amount\": 3}')");
    for (const char* change :
         {"UPDATE events.event SET data = '{}'", "UPDATE events.event SET position = NULL",
          "DELETE FROM events.event", "TRUNCATE events.event, events.snapshot",
          "UPDATE events.stream SET version = 1", "DELETE FROM events.stream",
          "UPDATE events.event SET position = 9, type = 'Free'"})
        EXPECT_EQ(one_.sqlstate(change), "55000") << change;
    one_.run("SELECT events.number_events()");
    EXPECT_EQ(one_.sqlstate("UPDATE events.event SET position = 9"), "55000");
    EXPECT_EQ(one_.run("SELECT version, data FROM events.event"), "1|{\"amount\": 3}");
}

TEST_F(Events, ReadersMissNoEventThatCommitsLate) {
    one_.run("BEGIN; SELECT events.append('slow', 'Paid')");
    two_.run("SELECT events.append('quick', 'Paid')");
    EXPECT_EQ(two_.run("SELECT stream FROM events.read_all()"), "quick");
    const std::string seen = two_.run("SELECT max(position) FROM events.event");
    one_.run("COMMIT");
    EXPECT_EQ(two_.run("SELECT stream FROM events.read_all(" + seen + ")"), "slow");
}

TEST_F(Events, ReadersGoOnWhileAnotherTransactionNumbers) {
    one_.run("SELECT events.append('a', 'Paid')");
    one_.run("BEGIN; SELECT events.number_events()");
    two_.run("SELECT events.append('b', 'Paid')");
    EXPECT_EQ(two_.run("SELECT stream FROM events.read_all()"), "");
    one_.run("ROLLBACK");
    EXPECT_EQ(two_.run("SELECT stream FROM events.read_all()"), "a\nb");
}

TEST_F(Events, ProjectionsApplyEachEventOnceWhateverIsAppended) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            Connection connection(url_);
            for (int j = 0; j < 60; ++j) {
                const std::string stream = std::to_string((i + j) % 7);
                connection.run("BEGIN; SELECT events.append('" + stream + "', 'Paid'); " +
                               (j % 5 == 0 ? "ROLLBACK" : "COMMIT"));
            }
        });
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            Connection connection(url_);
            for (int j = 0; j < 60; ++j)
                connection.run("SELECT events.catch_up('applied', 11)");
        });
    for (std::thread& thread : threads)
        thread.join();
    one_.run("SELECT events.catch_up('applied')");
    EXPECT_EQ(one_.run("SELECT count(*) FROM applied"), "192");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.event WHERE position IS NULL"), "0");
    // Within a stream the order of positions is that of versions.
    EXPECT_EQ(one_.run(R"(SELECT count(*) FROM (SELECT version - lag(version, 1, 0::bigint)
        OVER (PARTITION BY stream ORDER BY position) AS step FROM applied) AS s WHERE step <> 1)"),
              "0");
}

TEST_F(Events, AProjectionThatFailsStaysWhereItWas) {
    one_.run("SELECT events.append('a', 'Paid'); SELECT events.catch_up('applied')");
    one_.run("SELECT events.append('a', 'Paid'); SELECT events.append('a', 'Paid')");
    one_.run("ALTER TABLE applied ADD CHECK (version < 3)");
    EXPECT_EQ(one_.sqlstate("SELECT events.catch_up('applied')"), "23514");
    EXPECT_EQ(one_.run("SELECT count(*) FROM applied"), "1");
    EXPECT_EQ(one_.run("SELECT events.catch_up('applied', 1)"), "1");
    one_.run("ALTER TABLE applied DROP CONSTRAINT applied_version_check");
    EXPECT_EQ(one_.run("SELECT events.catch_up('applied')"), "1");
    EXPECT_EQ(one_.sqlstate("SELECT events.catch_up('none')"), "P0002");
}

TEST_F(Events, AProjectionCanBeginAgain) {
    one_.run("SELECT events.append('a', 'Paid'); SELECT events.catch_up('applied')");
    one_.run("BEGIN; TRUNCATE applied; SELECT events.restart_projection('applied'); COMMIT");
    EXPECT_EQ(one_.run("SELECT events.catch_up('applied')"), "1");
    EXPECT_EQ(one_.sqlstate("SELECT events.restart_projection('none')"), "P0002");
}

TEST_F(Events, OneOfSeveralSessionsCatchesUp) {
    one_.run("SELECT events.append('a', 'Paid')");
    one_.run("BEGIN; SELECT events.catch_up('applied')");
    EXPECT_EQ(two_.run("SELECT events.catch_up('applied')"), "0");
    one_.run("COMMIT");
    EXPECT_EQ(one_.run("SELECT count(*) FROM applied"), "1");
}

TEST_F(Events, StatesOfThePast) {
    for (const char* amount : {"10", "5", "1"})
        one_.run("SELECT events.append('a', 'Paid', '{\"amount\": " + std::string(amount) + "}')");
    const std::string at = one_.run("SELECT created_at FROM events.event WHERE version = 2");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance')"), "16");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance', 1)"), "10");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance', p_at => '" + at + "')"), "15");
    EXPECT_EQ(one_.run("SELECT events.state('none', 'public.balance') IS NULL"), "t");
    EXPECT_EQ(one_.sqlstate("SELECT events.state('a', 'public.nothing')"), "42883");
}

TEST_F(Events, SnapshotsGiveTheSameStates) {
    for (int i = 0; i < 5; ++i) {
        one_.run("SELECT events.append('a', 'Paid', '{\"amount\": 10}')");
        one_.run("SELECT events.save_snapshot('a', 'public.balance', 2)");
    }
    EXPECT_EQ(one_.run("SELECT version FROM events.snapshot ORDER BY 1"), "4\n5");
    one_.run("SELECT events.append('a', 'Withdrawn', '{\"amount\": 7}')");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance')"), "43");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance', 3)"), "30");
    EXPECT_EQ(one_.run(R"(SELECT events.state('a', 'public.balance',
        p_at => (SELECT created_at FROM events.event WHERE version = 4)))"),
              "40");
    // It is the snapshot that the newest state starts from.
    one_.run("UPDATE events.snapshot SET state = '1000' WHERE version = 5");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance')"), "993");
    EXPECT_EQ(one_.sqlstate("SELECT events.save_snapshot('none', 'public.balance')"), "P0002");
}

TEST_F(Events, TenantsDoNotMeet) {
    one_.run("SET app.tenant_id = 'a'");
    two_.run("SET app.tenant_id = 'b'");
    EXPECT_EQ(one_.run("SELECT events.append('s', 'Paid', '{\"amount\": 1}', 0)"), "1");
    EXPECT_EQ(two_.run("SELECT events.append('s', 'Paid', '{\"amount\": 2}', 0)"), "1");
    EXPECT_EQ(one_.run("SELECT events.state('s', 'public.balance')"), "1");
    EXPECT_EQ(two_.run("SELECT data->>'amount' FROM events.read_stream('s')"), "2");
}

TEST_F(Events, MessagesAreClaimedOnce) {
    for (int i = 0; i < 3; ++i)
        one_.run("SELECT events.publish('orders', '{}')");
    one_.run("BEGIN");
    EXPECT_EQ(one_.run("SELECT id FROM events.claim('orders', 'x', 2)"), "1\n2");
    EXPECT_EQ(two_.run("SELECT id, attempts FROM events.claim('orders', 'y')"), "3|1");
    one_.run("COMMIT");
    EXPECT_EQ(two_.run("SELECT id FROM events.claim('orders', 'y')"), "");
    EXPECT_EQ(two_.run("SELECT id FROM events.claim('others', 'y')"), "");
    EXPECT_EQ(two_.run("SELECT events.acknowledge(1, 'y')"), "f");
    EXPECT_EQ(one_.run("SELECT events.acknowledge(1, 'x')"), "t");
    EXPECT_EQ(one_.run("SELECT events.acknowledge(1, 'x')"), "f");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.outbox"), "2");
}

TEST_F(Events, ManyConsumersDeliverEachMessageOnce) {
    one_.run("SELECT events.publish('orders', '{}') FROM generate_series(1, 200)");
    one_.run("CREATE TABLE delivered (id bigint)");
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&, i] {
            Connection connection(url_);
            const std::string name = "'" + std::to_string(i) + "'";
            for (int j = 0; j < 40; ++j)
                connection.run(R"(INSERT INTO delivered
                    SELECT id FROM events.claim('orders', )" +
                               name + ", 7) RETURNING events." + "acknowledge(id, " + name + ")");
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(one_.run("SELECT count(*), count(DISTINCT id) FROM delivered"), "200|200");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.outbox"), "0");
}

TEST_F(Events, AClaimEnds) {
    one_.run("SELECT events.publish('orders', '{}')");
    one_.run("SELECT events.claim('orders', 'x', p_lease => '0 seconds')");
    EXPECT_EQ(two_.run("SELECT attempts FROM events.claim('orders', 'y')"), "2");
    EXPECT_EQ(one_.run("SELECT events.acknowledge(1, 'x')"), "f");
    EXPECT_EQ(one_.run("SELECT events.fail(1, 'x', 'late')"), "f");
}

TEST_F(Events, MessagesOfAKeyStayInOrder) {
    one_.run(R"(SELECT events.publish('orders', '{}', k) FROM unnest('{a,a,b}'::text[]) AS k)");
    EXPECT_EQ(one_.run("SELECT id FROM events.claim('orders', 'x')"), "1\n3");
    one_.run("SELECT events.fail(1, 'x', 'not now')");
    EXPECT_EQ(one_.run("SELECT id FROM events.claim('orders', 'x')"), "");
    one_.run("UPDATE events.outbox SET available_at = now()");
    one_.run("SELECT events.claim('orders', 'x', 1), events.acknowledge(1, 'x')");
    EXPECT_EQ(one_.run("SELECT id FROM events.claim('orders', 'x') WHERE key = 'a'"), "2");
}

TEST_F(Events, FailuresPauseLongerAndEndAmongTheDead) {
    one_.run("SELECT events.publish('orders', '{\"n\": 1}', 'a')");
    for (const char* seconds : {"1", "2", "4"}) {
        one_.run("UPDATE events.outbox SET available_at = now()");
        one_.run("SELECT events.claim('orders', 'x')");
        EXPECT_EQ(one_.run("SELECT events.fail(1, 'x', 'no', 4)"), "t");
        EXPECT_EQ(one_.run(R"(SELECT round(extract(epoch FROM available_at - clock_timestamp())),
                              claimed_by IS NULL, error FROM events.outbox)"),
                  std::string(seconds) + "|t|no");
    }
    one_.run("UPDATE events.outbox SET available_at = now()");
    one_.run("SELECT events.claim('orders', 'x')");
    EXPECT_EQ(one_.run("SELECT events.fail(1, 'x', 'never', 4)"), "t");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.outbox"), "0");
    EXPECT_EQ(one_.run("SELECT id, payload, error, attempts FROM events.dead_letter"),
              "1|{\"n\": 1}|never|4");
    EXPECT_EQ(one_.run("SELECT events.revive(1)"), "t");
    EXPECT_EQ(one_.run("SELECT events.revive(1)"), "f");
    EXPECT_EQ(one_.run("SELECT id, attempts, key FROM events.claim('orders', 'x')"), "1|1|a");
}

TEST_F(Events, MessagesThatEndTheirConsumersEndAmongTheDead) {
    one_.run("SELECT events.publish('orders', '{}')");
    const std::string claim =
        "SELECT attempts FROM events.claim('orders', 'x', p_lease => '0 seconds', p_attempts => 2)";
    EXPECT_EQ(one_.run(claim), "1");
    EXPECT_EQ(one_.run(claim), "2");
    EXPECT_EQ(one_.run(claim), "");
    EXPECT_EQ(one_.run("SELECT count(*) FROM events.dead_letter"), "1");
}

/// The GRANTs at the end of the file, without the marks of the comment.
std::string grants(const std::string& module) {
    std::string out;
    for (std::size_t at = module.find("-- GRANT"); at != std::string::npos;) {
        const std::size_t end = module.find(';', at);
        std::string grant = module.substr(at + 3, end - at - 2);
        std::replace(grant.begin(), grant.end(), '-', ' ');
        out += grant;
        at = module.find("-- GRANT", end);
    }
    return out;
}

TEST_F(Events, TheGrantsAreEnoughAndNoMore) {
    one_.run("DROP ROLE IF EXISTS reader, writer, worker");
    one_.run(
        "CREATE ROLE reader; CREATE ROLE writer IN ROLE reader; "
        "CREATE ROLE worker IN ROLE reader; " +
        grants(module()));
    one_.run("GRANT INSERT ON applied TO worker; SET ROLE writer");
    one_.run("SELECT events.append('a', 'Paid', '{\"amount\": 1}'), events.publish('t', '{}')");
    EXPECT_EQ(one_.sqlstate("SELECT events.claim('t', 'x')"), "42501");
    EXPECT_EQ(one_.sqlstate("SELECT payload FROM events.outbox"), "42501");
    EXPECT_EQ(one_.sqlstate("UPDATE events.event SET data = '{}'"), "42501");
    one_.run("SET ROLE reader");
    EXPECT_EQ(one_.run("SELECT events.state('a', 'public.balance')"), "1");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', 'Paid')"), "42501");
    EXPECT_EQ(one_.sqlstate("SELECT events.publish('t', '{}')"), "42501");
    one_.run("SET ROLE worker");
    EXPECT_EQ(one_.run("SELECT events.catch_up('applied')"), "1");
    one_.run("SELECT events.save_snapshot('a', 'public.balance')");
    one_.run("SELECT events.claim('t', 'x')");
    EXPECT_EQ(one_.run("SELECT events.fail(1, 'x', 'no', 1), events.revive(1)"), "t|t");
    EXPECT_EQ(one_.sqlstate("DELETE FROM events.event"), "42501");
    EXPECT_EQ(one_.sqlstate("SELECT events.append('a', 'Paid')"), "42501");
    one_.run("RESET ROLE; DROP OWNED BY reader, writer, worker; DROP ROLE reader, writer, worker");
}

TEST_F(Events, CanBeRemoved) {
    one_.run("DROP SCHEMA events CASCADE");
    EXPECT_EQ(one_.run("SELECT count(*) FROM pg_namespace WHERE nspname = 'events'"), "0");
}

}  // namespace
}  // namespace fraiseql::install
