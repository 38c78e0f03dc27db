// SPDX-License-Identifier: MIT
#include "data/repository_pgtest.hpp"

namespace fraiseql::data {
namespace {

using namespace std::chrono_literals;

task<std::int64_t> note(repository& repo, std::string text, int id) {
    const values bound(text, id);
    co_return co_await repo.execute("UPDATE tb_post SET note = $1 WHERE id = $2", bound);
}

task<int> notes_two(repository& tx) {
    co_await note(tx, "first", 1);
    co_await note(tx, "second", 2);
    const query mine = query().where(col("note") == "first" || col("note") == "second");
    const std::int64_t count = co_await tx.count("v_post", mine);
    co_return static_cast<int>(count);
}

task<void> notes_and_throws(repository& tx) {
    co_await note(tx, "lost", 1);
    throw std::runtime_error("changed my mind");
}

task<void> fails_and_goes_on(repository& tx) {
    co_await note(tx, "lost", 1);
    try {
        co_await tx.execute("SELECT 1/0");
    } catch (const failure&) {
    }
}

task<void> notes_inner(repository& tx) { co_await note(tx, "inner", 2); }

task<std::string> fails_inside(repository& tx) {
    co_await note(tx, "kept", 1);
    std::string message;
    try {
        co_await tx.transaction(notes_and_throws);
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    co_await tx.transaction(notes_inner);
    co_return message;
}

class TransactionTest : public RepositoryTest {
  protected:
    std::string note_of(int id) {
        return sql("SELECT coalesce(note, '-') FROM tb_post WHERE id = " + std::to_string(id));
    }
    std::string open_transactions() {
        return sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND (state LIKE 'idle in%' OR state = 'active') AND pid <> pg_backend_pid()");
    }
    /// Lets the event loop and PostgreSQL go on until nothing is open.
    void expect_nothing_open() {
        std::string open = "?";
        for (int i = 0; i < 100 && open != "0"; ++i) {
            context_.restart();
            context_.run_for(50ms);
            open = open_transactions();
        }
        EXPECT_EQ(open, "0");
    }
};

TEST_F(TransactionTest, CommitsAllOrNothing) {
    open("repository_transaction");
    repository repo = make(tenant_);
    EXPECT_EQ(run(repo.transaction(notes_two)), 2);
    EXPECT_EQ(note_of(1) + note_of(2), "firstsecond");
    EXPECT_THROW(run(repo.transaction(notes_and_throws)), std::runtime_error);
    EXPECT_EQ(note_of(1), "first");
    EXPECT_EQ(reserved_->open(), 1U);
    EXPECT_NE(refusal(repo.transaction(fails_and_goes_on)).find("nothing of it took effect"),
              std::string::npos);
    EXPECT_EQ(note_of(1), "first");
    EXPECT_EQ(reserved_->open(), 1U);
    expect_nothing_open();
}

TEST_F(TransactionTest, InnerOnesAreSavepoints) {
    open("repository_savepoint");
    repository repo = make(tenant_);
    EXPECT_EQ(run(repo.transaction(fails_inside)), "changed my mind");
    EXPECT_EQ(note_of(1) + note_of(2), "keptinner");
}

TEST_F(TransactionTest, ClaimsHoldInsideAndForNobodyAfterwards) {
    open("repository_claims");
    const auto rows = [](repository& tx) -> task<std::int64_t> {
        co_await tx.execute("SET app.tenant_id = '2'");
        co_await tx.execute("SET search_path = pg_catalog");
        co_return co_await tx.count("v_post");
    };
    const auto seen = [](repository& tx) -> task<std::string> {
        const auto out = co_await tx.execute_returning<std::map<std::string, std::string>>(
            "SELECT current_setting('app.tenant_id') AS t, current_setting('search_path') AS p");
        co_return out.front().at("t") + out.front().at("p");
    };
    EXPECT_EQ(run(make(tenant_).transaction(rows)), 1);
    const auth::Principal other = principal("7");
    EXPECT_EQ(run(make(other).transaction(seen)), "7\"$user\", public");
    EXPECT_EQ(reserved_->open(), 1U);
}

TEST_F(TransactionTest, IsolationAndReadOnly) {
    open("repository_isolation");
    repository repo = make(tenant_);
    const auto level = [](repository& tx) -> task<std::string> {
        const auto out = co_await tx.execute_returning<std::map<std::string, std::string>>(
            "SELECT current_setting('transaction_isolation') AS level");
        co_return out.front().at("level");
    };
    EXPECT_EQ(run(repo.transaction(level, {.isolation = isolation::serializable})), "serializable");
    EXPECT_EQ(run(repo.transaction(level)), "read committed");
    const auto writes = [](repository& tx) -> task<std::int64_t> {
        co_return co_await note(tx, "x", 1);
    };
    try {
        run(repo.transaction(writes, {.read_only = true}));
        ADD_FAILURE() << "it wrote";
    } catch (const failure& error) {
        EXPECT_EQ(error.extension("sqlstate"), "25006");
    }
}

TEST_F(TransactionTest, ConflictsAreTriedAgainOnlyWhereThatWasAskedFor) {
    open("repository_retries");
    repository repo = make(tenant_);
    int tries = 0;
    const auto body = [&](repository& tx) -> task<int> {
        if (++tries < 3)
            co_await tx.execute(
                "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
        co_return tries;
    };
    EXPECT_EQ(refusal(repo.transaction(body)).substr(0, 8), "CONFLICT");
    EXPECT_EQ(tries, 1);
    tries = 0;
    EXPECT_EQ(run(repo.transaction(body, {.retries = 2})), 3);
    tries = 0;
    EXPECT_EQ(refusal(repo.transaction(body, {.retries = 1})).substr(0, 8), "CONFLICT");
}

TEST_F(TransactionTest, AConnectionIsWaitedForUntilTheDeadline) {
    open("repository_exhausted");
    repository repo = make(tenant_);
    limit_ = 400ms;
    repository hurried = make(tenant_);
    const auto nothing = [](repository& tx) -> task<std::int64_t> {
        co_return co_await tx.count("v_author");
    };
    const auto holds = [&](repository&) -> task<std::string> {
        const auto second = [&](repository&) -> task<std::string> {
            std::string code;
            try {
                co_await hurried.transaction(nothing);
            } catch (const failure& error) {
                code = std::string(error.extension("sqlstate"));
            }
            // The pool of all other statements is not touched by that.
            const std::int64_t rows = co_await repo.count("v_author");
            co_return code + ' ' + std::to_string(rows);
        };
        co_return co_await repo.transaction(second);
    };
    EXPECT_EQ(run(repo.transaction(holds)), "53300 2");
    EXPECT_EQ(run(repo.transaction(nothing)), 2);
    EXPECT_EQ(reserved_->open(), 2U);
}

TEST_F(TransactionTest, TheDeadlineEndsAStatementAndRollsBack) {
    open("repository_deadline");
    limit_ = 300ms;
    const auto slow = [](repository& tx) -> task<void> {
        co_await note(tx, "lost", 1);
        co_await tx.execute("SELECT pg_sleep(30)");
    };
    EXPECT_EQ(refusal(make(tenant_).transaction(slow)).substr(0, 7), "TIMEOUT");
    EXPECT_EQ(note_of(1), "-");
    expect_nothing_open();
    limit_ = 20'000ms;
    EXPECT_EQ(run(make(tenant_).transaction(notes_two)), 2);
}

TEST_F(TransactionTest, ATaskThatIsDroppedRollsBack) {
    open("repository_dropped");
    repository repo = make(tenant_);
    const auto slow = [](repository& tx) -> task<void> {
        co_await note(tx, "lost", 1);
        co_await tx.execute("SELECT pg_sleep(30)");
    };
    {
        runtime::RunningTask<void> running(repo.transaction(slow));
        running.start(*home_);
        context_.restart();
        context_.run_for(500ms);
        EXPECT_EQ(open_transactions(), "1");
    }
    expect_nothing_open();
    EXPECT_EQ(note_of(1), "-");
    EXPECT_EQ(reserved_->open(), 0U);
    EXPECT_EQ(run(repo.transaction(notes_two)), 2);
}

TEST_F(TransactionTest, ARepositoryOfAPastTransactionIsOfNoUse) {
    open("repository_past");
    repository repo = make(tenant_);
    std::optional<repository> kept;
    const auto keeps = [&](repository& tx) -> task<std::int64_t> {
        kept = tx;
        co_return co_await tx.count("v_author");
    };
    EXPECT_EQ(run(repo.transaction(keeps)), 2);
    EXPECT_NE(refusal(kept->count("v_author")), "nothing was thrown");
    expect_nothing_open();
}

TEST_F(TransactionTest, StoppingRefusesNewOnes) {
    open("repository_stopping");
    repository repo = make(tenant_);
    reserved_->close();
    EXPECT_EQ(refusal(repo.transaction(notes_two)).substr(0, 19), "SERVICE_UNAVAILABLE");
}

}  // namespace
}  // namespace fraiseql::data
