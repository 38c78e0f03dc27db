// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <fstream>

#include "data/repository_pgtest.hpp"

namespace copied {
struct place {
    std::string city;
    int zip = 0;
};
BOOST_DESCRIBE_STRUCT(place, (), (city, zip))

struct thing {
    int id = 0;
    std::string name;
    std::optional<std::string> note;
    std::vector<std::string> tags;
    std::vector<std::vector<int>> grid;
    fraiseql::decimal price;
    std::chrono::sys_seconds made_at;
    fraiseql::json_text about;
    bool good = false;
};
BOOST_DESCRIBE_STRUCT(thing, (), (id, name, note, tags, grid, price, made_at, about, good))

struct located {
    int id = 0;
    place at;
};
BOOST_DESCRIBE_STRUCT(located, (), (id, at))

struct note {
    int id = 0;
    std::string body;
};
BOOST_DESCRIBE_STRUCT(note, (), (id, body))

struct mistaken {
    int id = 0;
    std::string bodi;
};
BOOST_DESCRIBE_STRUCT(mistaken, (), (id, bodi))
}  // namespace copied

namespace fraiseql::data {
namespace {

constexpr const char* kThings = R"sql(
CREATE TYPE place AS (city text, zip int);
CREATE TABLE tb_thing (
  id int PRIMARY KEY, name text NOT NULL, note text, tags text[] NOT NULL, grid int[] NOT NULL,
  price numeric NOT NULL, made_at timestamptz NOT NULL, about jsonb NOT NULL, good bool NOT NULL,
  number int GENERATED ALWAYS AS IDENTITY, owner text NOT NULL DEFAULT current_setting('app.user'));
CREATE TABLE tb_located (id int PRIMARY KEY, at place NOT NULL);
CREATE TABLE tb_note (id int PRIMARY KEY, body text NOT NULL CHECK (body <> 'bad'));
CREATE TABLE tb_owned (id int PRIMARY KEY, body text NOT NULL);
ALTER TABLE tb_owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tb_owned USING (body = current_setting('app.user'));
CREATE VIEW v_note AS SELECT id, body FROM tb_note;
CREATE TABLE "Odd ""name" (id int PRIMARY KEY, "the body" text);
DO $$ BEGIN CREATE ROLE repository_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT ALL ON tb_thing, tb_located, tb_note, tb_owned, v_note, "Odd ""name" TO repository_app;
CREATE TABLE tb_forbidden (id int, body text);
)sql";

stream<copied::note> notes(int from, int count, std::string body) {
    for (int i = 0; i < count; ++i) {
        copied::note each{from + i, body};
        co_yield each;
    }
}

/// Throws after so many rows.
stream<copied::note> broken(int count) {
    for (int i = 0; i < count; ++i) {
        copied::note each{i, std::string(1000, 'b')};
        co_yield each;
    }
    throw std::runtime_error("no more");
}

class CopyTest : public RepositoryTest {
  protected:
    void begin(const std::string& database) {
        open(database, kThings);
        who_.settings = {{"role", "repository_app"}, {"app.user", "ann"}};
    }
    repository repo() { return make(who_); }

    auth::Principal who_;
};

TEST_F(CopyTest, RowsAreWrittenAsTheyAre) {
    begin("copy_values");
    using namespace std::chrono;
    const std::string odd = "tab\t line\n return\r back\\slash \\N \\. 'q' \"d\" ü €";
    std::vector<copied::thing> rows(2);
    rows[0] = {1,
               odd,
               std::nullopt,
               {"a,b", "c\"d\\e", "", "NULL"},
               {{1, 2}, {3, 4}},
               *decimal::parse("12345678901234567890.000000000000000000001"),
               sys_days(2026y / May / 1) + 8h,
               json_text(R"({"a": [1, "x\ty"]})"),
               true};
    rows[1] = {2, "", "\\N", {}, {}, *decimal::parse("-1"), sys_seconds(), json_text("3"), false};
    EXPECT_EQ(run(repo().copy("tb_thing", rows)), 2);
    auto back = run(
        repo().execute_returning<copied::thing>("SELECT id, name, note, tags, grid, price, "
                                                "made_at, about, good FROM tb_thing ORDER BY id"));
    ASSERT_EQ(back.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(from_json<copied::thing>(to_json(back[i])).name, rows[i].name);
    EXPECT_EQ(back[0].note, std::nullopt);
    EXPECT_EQ(back[1].note, "\\N");
    EXPECT_EQ(back[0].tags, rows[0].tags);
    EXPECT_EQ(back[0].grid, rows[0].grid);
    EXPECT_EQ(back[0].price.str(), rows[0].price.str());
    EXPECT_EQ(back[0].made_at, rows[0].made_at);
    EXPECT_EQ(back[0].about.at("a").at(1).str(), R"("x\ty")");
    // What is not named has its default, by the settings of who asks.
    EXPECT_EQ(sql("SELECT string_agg(owner || number, ' ' ORDER BY id) FROM tb_thing"),
              "ann1 ann2");
}

TEST_F(CopyTest, RowsMayBeMapsAndTableNamesOdd) {
    begin("copy_maps");
    std::vector<arguments> rows(2);
    rows[0].set("id", 1).set("the body", "x");
    rows[1].set("the body", std::optional<std::string>()).set("id", 2);
    EXPECT_EQ(run(repo().copy("Odd \"name", rows)), 2);
    EXPECT_EQ(sql("SELECT string_agg(id || coalesce(\"the body\", '-'), ' ' ORDER BY id) FROM "
                  "\"Odd \"\"name\""),
              "1x 2-");
    rows[1] = arguments().set("id", 3);
    EXPECT_EQ(refusal(repo().copy("Odd \"name", rows)),
              "BAD_USER_INPUT: Row 2 has no value for \"the body\". All rows have the same "
              "columns; an empty optional is NULL.");
    rows[1] = arguments().set("id", 3).set("the body", 1).set("more", 1);
    EXPECT_EQ(refusal(repo().copy("Odd \"name", rows)),
              "BAD_USER_INPUT: Row 2 has a value for \"more\", which the first one has not. All "
              "rows have the same columns.");
    EXPECT_EQ(run(repo().copy("tb_note", std::vector<arguments>())), 0);
}

TEST_F(CopyTest, UnknownNamesAreErrorsBeforeAnythingIsWritten) {
    begin("copy_names");
    const std::vector<copied::mistaken> rows(1);
    EXPECT_EQ(refusal(repo().copy("tb_note", rows)),
              "BAD_USER_INPUT: tb_note has no column \"bodi\". Did you mean \"body\"?");
    EXPECT_EQ(refusal(repo().copy("tb_nite", notes(1, 1, "x"))),
              "NOT_FOUND: There is no table \"tb_nite\". Did you mean \"tb_note\" or \"v_note\"?");
    EXPECT_EQ(refusal(repo().copy("tb_forbidden", notes(1, 1, "x"))).substr(0, 9), "FORBIDDEN");
}

TEST_F(CopyTest, WhereSomethingFailsNothingIsThere) {
    begin("copy_failures");
    // The last piece of many fails, in PostgreSQL and in the code that makes the rows.
    const auto late = [](repository& tx) -> task<std::int64_t> {
        std::int64_t rows = co_await tx.copy("tb_note", notes(0, 500, std::string(1000, 'a')));
        rows += co_await tx.copy("tb_note", notes(499, 1, "bad"));
        co_return rows;
    };
    EXPECT_EQ(refusal(repo().transaction(late)).substr(0, 16), "CHECK_VIOLATION:");
    EXPECT_THROW(run(repo().copy("tb_note", broken(500))), std::runtime_error);
    EXPECT_EQ(sql("SELECT count(*) FROM tb_note"), "0");
    // Inside of a transaction it is a savepoint: what else was done stays.
    const auto caught = [](repository& tx) -> task<std::int64_t> {
        std::int64_t rows = co_await tx.copy("tb_note", notes(0, 3, "x"));
        try {
            co_await tx.copy("tb_note", broken(200));
        } catch (const std::runtime_error&) {
        }
        rows += co_await tx.copy("tb_note", notes(3, 3, "x"));
        co_return rows;
    };
    EXPECT_EQ(run(repo().transaction(caught)), 6);
    EXPECT_EQ(sql("SELECT count(*) FROM tb_note"), "6");
    // The connection is as good as before.
    EXPECT_EQ(run(repo().copy("tb_note", notes(10, 3, "x"))), 3);
}

TEST_F(CopyTest, WhatCopyCannotDoIsInserted) {
    begin("copy_inserts");
    EXPECT_EQ(run(repo().copy("tb_owned", notes(1, 2000, "ann"))), 2000);
    EXPECT_EQ(refusal(repo().copy("tb_owned", notes(3000, 1, "bob"))).substr(0, 10), "FORBIDDEN:");
    EXPECT_EQ(run(repo().copy("v_note", notes(1, 2, "by view"))), 2);
    std::vector<copied::located> rows(1);
    rows[0] = {1, {"Rome", 184}};
    EXPECT_EQ(run(repo().copy("tb_located", rows)), 1);
    EXPECT_EQ(sql("SELECT (at).city || (at).zip FROM tb_located"), "Rome184");
    EXPECT_EQ(sql("SELECT count(*) FROM tb_owned"), "2000");
}

TEST_F(CopyTest, ALostClientLeavesNothing) {
    begin("copy_cancelled");
    limit_ = std::chrono::milliseconds(300);
    const auto endless = []() -> stream<copied::note> {
        for (int i = 0;; ++i) {
            copied::note each{i, std::string(1000, 'e')};
            co_yield each;
        }
    };
    EXPECT_EQ(refusal(repo().copy("tb_note", endless())).substr(0, 8), "TIMEOUT:");
    EXPECT_EQ(sql("SELECT count(*) FROM tb_note"), "0");
}

/// Resident memory of this process in bytes.
long resident() {
    std::ifstream file("/proc/self/statm");
    long size = 0;
    long pages = 0;
    file >> size >> pages;
    return pages * 4096;
}

stream<copied::note> measured(int count, long before, long& most) {
    const std::string body(100, 'm');
    for (int i = 0; i < count; ++i) {
        if (i % 10'000 == 0) most = std::max(most, resident() - before);
        copied::note each{i, body};
        co_yield each;
    }
}

TEST_F(CopyTest, TwoHundredThousandRowsTakeLittleMemory) {
    begin("copy_many");
    limit_ = std::chrono::minutes(5);
    run(repo().copy("tb_note", notes(1'000'000, 2000, std::string(100, 'm'))));
    long most = 0;
    EXPECT_EQ(run(repo().copy("tb_note", measured(200'000, resident(), most))), 200'000);
    EXPECT_EQ(sql("SELECT count(*) FROM tb_note WHERE id < 200000"), "200000");
    // They are 21 MB as text.
    EXPECT_LT(most, 5L << 20U);
}

}  // namespace
}  // namespace fraiseql::data
