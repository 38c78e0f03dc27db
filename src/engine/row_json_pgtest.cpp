// SPDX-License-Identifier: MIT
// JSON that the server writes of columns is what PostgreSQL would have written, for every type and
// for values that JSON makes awkward.
#include <gtest/gtest.h>

#include <string>

#include "engine/test_database_pgtest.hpp"

namespace fraiseql::engine {
namespace {

constexpr const char* kFields =
    "{ id yes small number big real double exact word fixed character uuid day stamp stampZone "
    "time "
    "timeZone span address bytes kind kinds port ports point { x label } words json jsonb numbers "
    "}";

class RowJson : public ::testing::Test {
  protected:
    static const TestDatabase& database() {
        static const TestDatabase database =
            TestDatabase::load("row_json", {"tests/row_json/schema.sql"});
        return database;
    }

    /// Answers of the two, without the blanks that PostgreSQL writes between members.
    static void expect_same(const std::string& query) {
        const std::string ours = database().run(query).response;
        const Outcome theirs = database().run(query, {}, /*see_through=*/true, /*columns=*/false);
        EXPECT_EQ(without_space(ours), without_space(theirs.response)) << query;
        EXPECT_NE(ours.find("\"data\":"), std::string::npos) << ours << theirs.sql;
    }

    static std::string without_space(const std::string& json) {
        std::string out;
        bool in_string = false;
        for (std::size_t i = 0; i < json.size(); ++i) {
            if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) in_string = !in_string;
            if (in_string || (json[i] != ' ' && json[i] != '\n')) out += json[i];
        }
        return out;
    }
};

TEST_F(RowJson, EveryTypeAsColumns) { expect_same(std::string("{ awkwards ") + kFields + " }"); }

TEST_F(RowJson, EveryTypeOfASeenView) {
    expect_same(std::string("{ seenAwkwards ") + kFields + " }");
}

TEST_F(RowJson, OneRowAndNone) {
    expect_same(std::string("{ awkward(id: 2) ") + kFields + " }");
    expect_same("{ awkward(id: 99) { id word } }");
    expect_same("{ awkwards(where: {id: {eq: 99}}) { id } }");
}

TEST_F(RowJson, DatesDoNotFollowDateStyle) {
    ASSERT_TRUE(database().session->run_script("SET datestyle = 'SQL, DMY'"));
    expect_same("{ awkwards { id day stamp stampZone time timeZone span } }");
    ASSERT_TRUE(database().session->run_script("RESET datestyle"));
}

TEST_F(RowJson, StoredDocuments) {
    expect_same(
        "{ papers { id title count flag place { city __typename zip } tags marks { points text } "
        "anything owner { name } } }");
    expect_same("{ papers { id title count flag } }");
    expect_same("{ paper(id: 3) { id title place { zip } marks { text } } }");
    expect_same("{ papers { a: title b: title place { city } p: place { zip } count flag } }");
}

}  // namespace
}  // namespace fraiseql::engine
