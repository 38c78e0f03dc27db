// SPDX-License-Identifier: MIT
// What application code does wrong with a repository, and what it is told.
#include <boost/describe/class.hpp>

#include "data/repository_pgtest.hpp"
#include "fraiseql/timer.hpp"

namespace fraiseql::data {
namespace {

using namespace std::chrono_literals;

struct author {
    int id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(author, (), (id, name))
struct note_of_post {
    int id = 0;
    std::string note;
};
BOOST_DESCRIBE_STRUCT(note_of_post, (), (id, note))

task<std::int64_t> add(repository& repo, int id) {
    const values bound(id);
    co_return co_await repo.execute("INSERT INTO tb_author VALUES ($1, 'new')", bound);
}

task<std::string> outcome(task<void> work) {
    std::string out = "done";
    try {
        co_await std::move(work);
    } catch (const failure& error) {
        out = error.what();
    }
    co_return out;
}

/// A savepoint that is open while others run.
task<void> slow(repository& tx) {
    co_await sleep_for(10ms);
    co_await add(tx, 11);
    co_await sleep_for(100ms);
}

task<void> fails_meanwhile(repository& tx) {
    co_await add(tx, 12);
    co_await sleep_for(50ms);
    throw failure("changed my mind");
}

/// Catches what happens to both, as though nothing had happened.
task<std::vector<std::string>> both_at_once(repository& tx) {
    std::vector<task<std::string>> tasks;
    tasks.push_back(outcome(tx.transaction(slow)));
    tasks.push_back(outcome(tx.transaction(fails_meanwhile)));
    co_return co_await when_all(std::move(tasks));
}

task<std::int64_t> streams_in_streams(repository& tx) {
    std::int64_t rows = 0;
    const auto inner = [&rows](author&) { ++rows; };
    const auto outer = [&](author&) -> task<void> {
        co_await tx.stream<author>("SELECT id, name FROM tb_author", values(), inner);
    };
    co_await tx.stream<author>("SELECT id, name FROM tb_author", values(), outer);
    co_return rows;
}

task<void> commits(repository& tx) {
    co_await add(tx, 21);
    co_await tx.execute("COMMIT");
    co_await add(tx, 22);
}

std::optional<repository> kept;
task<void> keeps(repository& tx) {
    kept = tx;
    co_return;
}

class MistakesTest : public RepositoryTest {
  protected:
    std::string authors() {
        return sql("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM tb_author");
    }
};

TEST_F(MistakesTest, TransactionsInsideOfOneDoNotOverlap) {
    open("repository_overlap");
    repository repo = make(tenant_);
    const std::string said = refusal(repo.transaction(both_at_once));
    EXPECT_EQ(said.substr(0, 66),
              "INTERNAL_SERVER_ERROR: Two transactions inside of one were open at");
    EXPECT_EQ(authors(), "1,2");
    // The connection is none the worse for it.
    EXPECT_EQ(run(repo.count("tb_author")), 2);
}

TEST_F(MistakesTest, StreamsInsideOfStreamsHaveCursorsOfTheirOwn) {
    open("repository_streams");
    repository repo = make(tenant_);
    EXPECT_EQ(run(repo.transaction(streams_in_streams)), 4);
    EXPECT_EQ(run(streams_in_streams(repo)), 4);
}

TEST_F(MistakesTest, AStatementMayNotEndTheTransaction) {
    open("repository_commit");
    repository repo = make(tenant_);
    EXPECT_NE(refusal(repo.transaction(commits)).find("ended the transaction"), std::string::npos);
    // What was committed is; what follows is not.
    EXPECT_EQ(authors(), "1,2,21");
}

TEST_F(MistakesTest, WhatIsOverSaysSo) {
    open("repository_over");
    repository repo = make(tenant_);
    run(repo.transaction(keeps));
    EXPECT_EQ(refusal(kept->count("tb_author")),
              "INTERNAL_SERVER_ERROR: The transaction is over. What its body was given is good "
              "until the body ends.");
    EXPECT_EQ(refusal(kept->transaction(keeps)).substr(0, 46),
              "INTERNAL_SERVER_ERROR: The transaction is over");
    kept.reset();
    auto request = std::make_shared<int>();
    repository other = make_repository({.pool = *pool_,
                                        .reserved = &*reserved_,
                                        .model = model_,
                                        .options = {.switched_role = true},
                                        .principal = &tenant_,
                                        .deadline = runtime::Clock::now() + limit_,
                                        .statements = statements_,
                                        .request = request});
    EXPECT_EQ(run(other.count("tb_author")), 2);
    request.reset();
    for (const std::string& said :
         {refusal(other.count("tb_author")), refusal(other.execute("SELECT 1")),
          refusal(other.transaction(keeps)), refusal(other.call_function("fn_nothing"))})
        EXPECT_EQ(said.substr(0, 60),
                  "INTERNAL_SERVER_ERROR: The request that this repository belo");
}

TEST_F(MistakesTest, RowsThatDoNotFitNameTheirOrigin) {
    open("repository_misfit");
    repository repo = make(tenant_);
    EXPECT_EQ(refusal(repo.find<note_of_post>("v_post")),
              "INTERNAL_SERVER_ERROR: What comes from v_post does not fit its C++ type: [0].note "
              "must be a string, not null. What may be null is a std::optional.");
    EXPECT_NE(refusal(repo.paginate<note_of_post>("v_post")).find("from v_post does not fit"),
              std::string::npos);
    EXPECT_NE(refusal(repo.execute_returning<author>("SELECT 1 AS id")).find("[0].name is missing"),
              std::string::npos);
    EXPECT_NE(refusal(repo.call_function<int>("fn_nothing")).find("from fn_nothing does not fit"),
              std::string::npos);
}

TEST_F(MistakesTest, NamesAreCheckedWhereThereAreNoRows) {
    open("repository_no_rows");
    repository repo = make(tenant_);
    EXPECT_EQ(refusal(repo.copy<arguments>("tb_autor", std::vector<arguments>{})),
              "NOT_FOUND: There is no table \"tb_autor\". Did you mean \"tb_author\" or "
              "\"v_author\"?");
    EXPECT_EQ(run(repo.copy<arguments>("tb_author", std::vector<arguments>{})), 0);
}

TEST_F(MistakesTest, AnArgumentIsSetOnce) {
    EXPECT_THROW(arguments().set("p_title", "a").set("p_title", "b"), failure);
}

}  // namespace
}  // namespace fraiseql::data
