// SPDX-License-Identifier: MIT
#include "pg/pool_pgtest.hpp"
#include "pg/query_value.hpp"

namespace fraiseql::pg {
namespace {

TEST_F(PoolTest, RunsABatchAsOneTransaction) {
    open();
    Batch batch = batch_of({"select set_config('app.user', $1, true)",
                            "select current_setting('app.user') || ' ' || $1::int + 1"});
    batch.calls[0].params = {"ann"};
    batch.calls[1].params = {"41"};
    const auto& result = run(std::move(batch));
    ASSERT_TRUE(result) << value(result);
    EXPECT_EQ(result->size(), 2U);
    EXPECT_EQ(value(result, 1), "ann 42");
    // Local settings end with the Sync.
    EXPECT_EQ(value(run(batch_of({"select current_setting('app.user', true)"}))), "");
}

TEST_F(PoolTest, PassesNullAndManyRows) {
    open();
    Batch batch = batch_of({"select $1::text is null, g from generate_series(1, 20000) g"});
    batch.calls[0].params = {std::nullopt};
    const auto& result = run(std::move(batch));
    ASSERT_TRUE(result);
    const Rows& rows = result->front();
    EXPECT_EQ(rows.row_count(), 20000U);
    EXPECT_EQ(rows.get(0, 0), "t");
    EXPECT_EQ(rows.get(19999, 1), "20000");
    EXPECT_EQ(rows.command_tag(), "SELECT 20000");
}

TEST_F(PoolTest, AnswersManyBatchesInFlightEachWithItsOwn) {
    open();
    pool_->start();
    turn_until([&] { return pool_->status().quick_open == 2; });
    std::vector<Answer*> answers;
    for (int i = 0; i < 500; ++i) {
        Batch batch = batch_of({i % 7 == 3 ? "select 1 / ($1::int - $1::int)" : "select $1::int"});
        batch.calls[0].params = {std::to_string(i)};
        answers.push_back(&begin(std::move(batch)));
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& result = wait(*answers[i]);
        if (i % 7 == 3) {
            ASSERT_FALSE(result);
            EXPECT_EQ(result.error().sqlstate, "22012");
        } else {
            EXPECT_EQ(value(result), std::to_string(i));
        }
    }
    EXPECT_EQ(pool_->status().quick_open, 2U);
}

TEST_F(PoolTest, ReportsTheFieldsOfAnErrorAndWhichCallFailed) {
    open();
    const auto& result = run(
        batch_of({"select 1",
                  "do $$ begin raise exception 'no stock' using errcode = 'AB123', hint = 'order', "
                  "detail = 'none', constraint = 'stock'; end $$",
                  "select 2"}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "AB123");
    EXPECT_EQ(result.error().message, "no stock");
    EXPECT_EQ(result.error().hint, "order");
    EXPECT_EQ(result.error().detail, "none");
    EXPECT_EQ(result.error().constraint, "stock");
    EXPECT_EQ(result.error().statement, 1U);
    EXPECT_EQ(value(run(batch_of({"select 3"}))), "3");
}

TEST_F(PoolTest, QuickLaneRefusesWritesEvenWhenCalledReadOnly) {
    open(settings_for(Cluster::shared().create_database("pool_read_only")));
    const auto& result = run(batch_of({"create table t (a int)"}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "25006");
}

TEST_F(PoolTest, AWriteThatMeetsAReadOnlyServerLeavesTheConnection) {
    PoolSettings settings = settings_for(Cluster::shared().create_database("pool_demoted"));
    settings.exclusive_connections = 1;
    settings.session_settings = {{"default_transaction_read_only", "on"}};
    open(settings);
    const std::string first = value(run(batch_of({"select pg_backend_pid()"}), Lane::Exclusive));
    const auto& refused = run(batch_of({"create table t (a int)"}, false), Lane::Exclusive);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().sqlstate, "25006");
    EXPECT_NE(value(run(batch_of({"select pg_backend_pid()"}), Lane::Exclusive)), first);
}

TEST_F(PoolTest, ALostConnectionDoesNotUndoWhatWasCommitted) {
    const std::string url = Cluster::shared().create_database("pool_afterwards");
    open(settings_for(url));
    Batch batch = batch_of({"create table t (a int)"}, false);
    batch.afterwards =
        Call{.statement = make_statement("select pg_terminate_backend(pg_backend_pid())")};
    const auto& result = run(std::move(batch), Lane::Exclusive);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->size(), 1U);
    EXPECT_EQ(*query_once(url, "select count(*) from t"), "0");
}

Batch changing(std::vector<std::string> statements, bool read_only) {
    Batch batch = batch_of(std::move(statements), read_only);
    batch.changes_session = true;
    return batch;
}

const std::string kLook =
    "select concat_ws(' ', current_user, current_setting('search_path'),"
    " current_setting('intervalstyle'), nullif(current_setting('app.tenant_id', true), ''),"
    " to_regclass('pg_temp.t'), (select count(*) from pg_locks where locktype = 'advisory'),"
    " (select count(*) from pg_cursors), (select count(*) from pg_listening_channels()))";

TEST_F(PoolTest, NothingIsLeftInASessionThatWasChanged) {
    const std::string url = Cluster::shared().create_database("pool_session");
    PoolSettings settings = settings_for(url);
    settings.exclusive_connections = 1;
    settings.session_settings = {{"intervalstyle", "iso_8601"}};
    open(settings);
    const std::string before = value(run(batch_of({kLook}), Lane::Exclusive));
    const std::string pid = value(run(batch_of({"select pg_backend_pid()"}), Lane::Exclusive));
    ASSERT_TRUE(run(changing(
        {"select set_config('app.tenant_id', '7', false)", "set search_path = pg_catalog",
         "set intervalstyle = postgres", "set role pg_monitor", "select pg_advisory_lock(7)",
         "listen x", "declare c cursor with hold for select 1"},
        false)));
    ASSERT_TRUE(run(changing({"create temporary table t (a int)"}, false)));
    EXPECT_EQ(value(run(batch_of({kLook}), Lane::Exclusive)), before);
    EXPECT_EQ(value(run(batch_of({"select pg_backend_pid()"}), Lane::Exclusive)), pid);
}

TEST_F(PoolTest, NothingIsLeftInASessionThatReadersShare) {
    const std::string url = Cluster::shared().create_database("pool_readers");
    PoolSettings settings = settings_for(url);
    settings.quick_connections = 1;
    open(settings);
    const std::string before = value(run(batch_of({kLook}), Lane::Quick));
    const std::string pid = value(run(batch_of({"select pg_backend_pid()"}), Lane::Quick));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(run(changing({"select set_config('app.tenant_id', '7', false),"
                                  " set_config('role', 'pg_monitor', false), pg_advisory_lock(7)"},
                                 true),
                        Lane::Quick));
        EXPECT_EQ(value(run(batch_of({kLook}), Lane::Quick)), before);
    }
    EXPECT_EQ(value(run(batch_of({"select pg_backend_pid()"}), Lane::Quick)), pid);
    EXPECT_EQ(value(run(batch_of({"show transaction_read_only"}), Lane::Quick)), "on");
}

TEST_F(PoolTest, ReadOnlyConnectionsCountAsOnesToTheServerThatTakesWrites) {
    const std::string url = Cluster::shared().create_database("pool_target");
    open(settings_for(url + "&target_session_attrs=read-write"));
    EXPECT_EQ(value(run(batch_of({"show default_transaction_read_only"}))), "on");
}

TEST_F(PoolTest, WritesAreAllOrNothing) {
    open(settings_for(Cluster::shared().create_database("pool_writes")));
    ASSERT_TRUE(run(batch_of({"create table t (a int primary key)"}, false)));
    const auto& failed =
        run(batch_of({"insert into t values (1)", "insert into t values (1)"}, false));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().sqlstate, "23505");
    EXPECT_EQ(failed.error().constraint, "t_pkey");
    EXPECT_EQ(value(run(batch_of({"select count(*) from t"}))), "0");
    ASSERT_TRUE(run(batch_of({"insert into t values (1)", "insert into t values (2)"}, false)));
    EXPECT_EQ(value(run(batch_of({"select count(*) from t"}))), "2");
}

TEST_F(PoolTest, PreparesAgainWhenAStatementWentStale) {
    const std::string url = Cluster::shared().create_database("pool_stale");
    open(settings_for(url));
    ASSERT_TRUE(run(batch_of({"create table t as select 1 as a"}, false)));
    EXPECT_EQ(value(run(batch_of({"select * from t"}))), "1");
    ASSERT_TRUE(run(batch_of({"alter table t alter a type text using 'x' || a"}, false)));
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(value(run(batch_of({"select * from t"}))), "x1");
    PoolSettings single = settings_for(url);
    single.quick_connections = 1;
    open(std::move(single));
    EXPECT_EQ(value(run(batch_of({"select * from t"}))), "x1");
    ASSERT_TRUE(run(batch_of({"deallocate all"})));
    EXPECT_EQ(value(run(batch_of({"select * from t"}))), "x1");
}

TEST_F(PoolTest, KeepsAtMostSoManyPreparedStatements) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.quick_connections = 1;
    settings.max_prepared = 5;
    // That of run(): an earlier deadline would be a statement of its own.
    settings.statement_timeout = 20s;
    open(std::move(settings));
    std::vector<std::shared_ptr<const Statement>> plans;
    for (int i = 0; i < 40; ++i) {
        Batch batch = batch_of({"select " + std::to_string(i)});
        plans.push_back(batch.calls.front().statement);
        EXPECT_EQ(value(run(std::move(batch))), std::to_string(i));
    }
    Batch count = batch_of({"select count(*) from pg_prepared_statements"});
    plans.push_back(count.calls.front().statement);
    EXPECT_EQ(value(run(count)), "5");
    // Without the plans, the statements go with the next ones that come.
    plans = {count.calls.front().statement};
    for (int i = 0; i < 40; ++i)
        EXPECT_EQ(value(run(batch_of({"select " + std::to_string(i)}))), std::to_string(i));
    EXPECT_EQ(value(run(count)), "2");
}

TEST_F(PoolTest, CancelsAStatementAtItsDeadline) {
    open();
    const auto before = runtime::Clock::now();
    const auto& result = run(batch_of({"select pg_sleep(30)"}), Lane::Exclusive, 200ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "57014");
    EXPECT_LT(runtime::Clock::now() - before, 5s);
    turn_until([] { return backends("state = 'active'") == 0; });
    turn_until([&] { return pool_->status().in_flight == 0; });
    EXPECT_EQ(value(run(batch_of({"select 1"}), Lane::Exclusive)), "1");
}

TEST_F(PoolTest, CancelsAStatementWhoseCallerWentAway) {
    open();
    Answer& answer = begin(batch_of({"select pg_sleep(30)"}));
    turn_until([] { return backends("state = 'active'") == 1; });
    answer.cancel.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(wait(answer).error().sqlstate, "57014");
    turn_until([] { return backends("state = 'active'") == 0; });
}

TEST_F(PoolTest, ACancelledStatementDoesNotHurtThoseBehindIt) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.quick_connections = 1;
    open(std::move(settings));
    EXPECT_EQ(value(run(batch_of({"select 1"}))), "1");
    Answer& slow = begin(batch_of({"select pg_sleep(30)"}), Lane::Quick, 150ms);
    std::vector<Answer*> behind;
    for (int i = 0; i < 20; ++i) {
        behind.push_back(&begin(batch_of({"select pg_sleep(0.005), " + std::to_string(i)})));
    }
    EXPECT_EQ(wait(slow).error().sqlstate, "57014");
    for (std::size_t i = 0; i < behind.size(); ++i) {
        const auto& result = wait(*behind[i]);
        ASSERT_TRUE(result) << value(result);
        EXPECT_EQ(result->front().get(0, 1), std::to_string(i));
    }
    EXPECT_EQ(pool_->status().quick_open, 1U);
}

TEST_F(PoolTest, StatementTimeoutBoundsEveryStatement) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.statement_timeout = 100ms;
    open(std::move(settings));
    const auto& result = run(batch_of({"select pg_sleep(30)"}), Lane::Exclusive);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().sqlstate, "57014");
}

TEST_F(PoolTest, ReadsSurviveALostConnectionAndWritesFail) {
    open();
    Answer& read = begin(batch_of({"select pg_sleep(0.3), 7"}));
    Answer& write = begin(batch_of({"select pg_sleep(0.3), 8"}, false));
    turn_until([] { return backends("state = 'active'") == 2; });
    const auto killed = query_once(Cluster::shared().url(),
                                   "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                   "where application_name = 'fraiseql' and state = 'active' and "
                                   "pid <> pg_backend_pid()");
    EXPECT_EQ(killed.value_or("error"), "2");
    const auto& written = wait(write);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().sqlstate, "57P01");
    EXPECT_TRUE(is_unavailable(written.error()));
    EXPECT_EQ(written.error().detail, "");
    const auto& result = wait(read);
    ASSERT_TRUE(result) << value(result);
    EXPECT_EQ(result->front().get(0, 1), "7");
}

TEST_F(PoolTest, RefusesWhatDoesNotFitTheQueue) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.exclusive_connections = 1;
    settings.max_queue = 2;
    open(std::move(settings));
    Answer& running = begin(batch_of({"select pg_sleep(0.3)"}, false));
    turn_until([] { return backends("state = 'active'") == 1; });
    Answer& queued = begin(batch_of({"select 1"}, false));
    begin(batch_of({"select 2"}, false));
    const auto& refused = run(batch_of({"select 3"}, false));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().sqlstate, "53300");
    EXPECT_TRUE(is_unavailable(refused.error()));
    EXPECT_TRUE(wait(running));
    EXPECT_EQ(value(wait(queued)), "1");
}

TEST_F(PoolTest, FailsQuicklyWhileTheDatabaseIsDown) {
    open(settings_for("postgresql://127.0.0.1:1/db"));
    EXPECT_EQ(run(batch_of({"select 1"})).error().sqlstate, "08001");
    const auto before = runtime::Clock::now();
    for (int i = 0; i < 100; ++i) {
        const auto& result = run(batch_of({"select 1"}));
        ASSERT_FALSE(result);
        EXPECT_TRUE(is_unavailable(result.error()));
    }
    EXPECT_LT(runtime::Clock::now() - before, 1s);
    EXPECT_NE(pool_->status().last_error.find("127.0.0.1"), std::string::npos);
}

TEST_F(PoolTest, RecoversWhenTheDatabaseComesBack) {
    const std::string url = Cluster::shared().url("pool_comes_back");
    open(settings_for(url));
    EXPECT_FALSE(run(batch_of({"select 1"})));
    Cluster::shared().create_database("pool_comes_back");
    turn_until([&] { return pool_->status().quick_open == 2; });
    EXPECT_EQ(value(run(batch_of({"select 1"}))), "1");
    EXPECT_EQ(pool_->status().last_error, "");
}

TEST_F(PoolTest, PoolsTellEachOtherThatTheDatabaseIsBack) {
    const std::string url = Cluster::shared().url("pool_back_for_all");
    PoolSettings settings = settings_for(url);
    settings.breaker = std::make_shared<Breaker>();
    Pool other(context_.get_executor(), outbound_, settings);
    open(settings);
    const auto ask = [this](Pool& pool, Batch batch) -> BatchResult& {
        answers_.push_back(std::make_unique<Answer>());
        Answer& answer = *answers_.back();
        asio::co_spawn(
            context_,
            collect(pool, std::move(batch), Lane::Exclusive, runtime::Clock::now() + 20s, answer),
            asio::detached);
        return wait(answer);
    };
    EXPECT_FALSE(ask(*pool_, batch_of({"select 1"}, false)));
    // It refuses at once: what one pool has met, all know.
    EXPECT_EQ(other.status().breaker, Breaker::State::Open);
    EXPECT_FALSE(ask(other, batch_of({"select 1"}, false)));
    turn_for(1s);
    EXPECT_FALSE(ask(other, batch_of({"select 1"}, false)));
    Cluster::shared().create_database("pool_back_for_all");
    turn_until([&] { return settings.breaker->state() == Breaker::State::Closed; });
    // Whoever found out: the other lets requests wait for the connection that it makes now.
    EXPECT_EQ(value(ask(other, batch_of({"select 1"}, false))), "1");
    EXPECT_EQ(value(ask(*pool_, batch_of({"select 1"}, false))), "1");
    EXPECT_EQ(settings.breaker->openings(), 1U);
}

TEST_F(PoolTest, AppliesSessionSettingsAndName) {
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.session_settings = {{"work_mem", "5MB"}, {"search_path", "pg_catalog, public"}};
    open(std::move(settings));
    EXPECT_EQ(value(run(batch_of({"show work_mem"}))), "5MB");
    EXPECT_EQ(value(run(batch_of({"show search_path"}))), "pg_catalog, public");
    EXPECT_EQ(value(run(batch_of({"show application_name"}))), "fraiseql");
    EXPECT_EQ(value(run(batch_of({"show client_encoding"}))), "UTF8");
}

TEST_F(PoolTest, PassesNoticesToTheLog) {
    std::string logged;
    PoolSettings settings = settings_for(Cluster::shared().url());
    settings.log = [&logged](std::string_view line) { logged += line; };
    open(std::move(settings));
    EXPECT_TRUE(run(batch_of({"do $$ begin raise warning 'mind the gap'; end $$"})));
    EXPECT_NE(logged.find("mind the gap"), std::string::npos);
}

TEST_F(PoolTest, RefusesWhatTheProtocolCannotCarry) {
    open();
    EXPECT_EQ(run(Batch{}).error().sqlstate, "54000");
    EXPECT_EQ(run(batch_of({std::string("select 1\0; drop", 15)})).error().sqlstate, "22021");
    Batch wide = batch_of({"select 1"});
    wide.calls[0].params.resize(65536);
    EXPECT_EQ(run(std::move(wide)).error().sqlstate, "54023");
    EXPECT_EQ(value(run(batch_of({"select 1"}))), "1");
}

TEST_F(PoolTest, StaysUsableAfterCopyAndOpenTransactions) {
    open();
    const auto& copied = run(batch_of({"copy (select 1) to stdout"}, false));
    ASSERT_FALSE(copied);
    EXPECT_NE(copied.error().detail.find("not known"), std::string::npos);
    run(batch_of({"begin"}, false));
    EXPECT_EQ(value(run(batch_of({"select 4"}, false))), "4");
    EXPECT_EQ(value(run(batch_of({"select 5"}))), "5");
}

TEST_F(PoolTest, CloseFailsWhatIsInProgress) {
    open();
    Answer& answer = begin(batch_of({"select pg_sleep(30)"}));
    turn_until([] { return backends("state = 'active'") == 1; });
    pool_->close();
    EXPECT_EQ(wait(answer).error().sqlstate, "57P01");
    EXPECT_EQ(run(batch_of({"select 1"})).error().sqlstate, "57P01");
}

TEST_F(PoolTest, MayBeDestroyedWhileItConnects) {
    open();
    Answer& answer = begin(batch_of({"select 1"}));
    context_.run_one();
    pool_.reset();
    EXPECT_EQ(wait(answer).error().sqlstate, "57P01");
    turn_for(50ms);
}

TEST(Session, TellsWhyItCannotConnect) {
    const auto sqlstate = [](const std::string& url) {
        const auto session = Session::open(url);
        return session ? "connected" : session.error().sqlstate;
    };
    EXPECT_EQ(sqlstate(Cluster::shared().url("no_such_database")), "3D000");
    EXPECT_EQ(sqlstate(Cluster::shared().tcp_url() + "?password=wrong"), "28P01");
    EXPECT_EQ(sqlstate(Cluster::shared().url() + "&user=nobody_here"), "28000");
    EXPECT_EQ(sqlstate("postgresql://127.0.0.1:1/db"), "08001");
}

TEST(Session, RunsStatementsAndScripts) {
    const std::string url = Cluster::shared().create_database("session");
    auto session = Session::open(url);
    ASSERT_TRUE(session);
    EXPECT_GE(session->server_version(), 130000);
    ASSERT_TRUE(session->run_script("create table t (a int); insert into t values (1), (null)"));
    const auto rows = session->query("select a, $1::text from t order by a", {"x"});
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->row_count(), 2U);
    EXPECT_EQ(rows->get(0, 0), "1");
    EXPECT_EQ(rows->get(0, 1), "x");
    EXPECT_TRUE(rows->is_null(1, 0));
    const auto failed = session->query("select * from missing");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().sqlstate, "42P01");
    EXPECT_EQ(query_once(url, "select count(*) from t").value_or("error"), "2");
}

TEST(Session, ReadsOneValueWithoutCompiling) {
    auto session = Session::open(Cluster::shared().create_database("session_value"));
    ASSERT_TRUE(session);
    ASSERT_TRUE(session->run_script("set jit = on"));
    EXPECT_EQ(query_value(*session, "show jit").value_or("error"), "off");
    EXPECT_EQ(session->query("show jit")->get(0, 0), "on");
    EXPECT_EQ(query_value(*session, "select null").value_or("error"), "");
    EXPECT_EQ(query_value(*session, "select 1 where false").value_or("error"), "");
    const auto failed = query_value(*session, "select * from missing");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().sqlstate, "42P01");
}

}  // namespace
}  // namespace fraiseql::pg
