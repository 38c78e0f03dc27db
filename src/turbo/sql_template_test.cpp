// SPDX-License-Identifier: MIT
#include "turbo/sql_template.hpp"

#include <gtest/gtest.h>

namespace fraiseql::turbo {
namespace {

using Names = std::vector<std::string>;

NumberedSql numbered(std::string_view sql) { return number_parameters(sql).value(); }

TEST(SqlTemplate, NumbersNamedParameters) {
    const NumberedSql out = numbered("SELECT :id, %(name)s, :id::text, :idle;\n");
    EXPECT_EQ(out.sql, "SELECT $1, $2, $1::text, $3");
    EXPECT_EQ(out.names, (Names{"id", "name", "idle"}));
}

TEST(SqlTemplate, LeavesAloneWhatIsNoParameter) {
    for (const char* sql :
         {"SELECT ':id', '%(id)s', 'it''s :id', E'\\':id'", "SELECT \":id\"\"\" FROM x",
          "SELECT $$:id$$, $a$ $$ :id $a$", "SELECT 1 -- :id\n", "SELECT /* :id /* :id */ :id */ 1",
          "SELECT x::uuid, now()::date", "SELECT updated_at, a[1: 2], 5 % 3, b %( 2)"}) {
        const NumberedSql out = numbered(sql);
        EXPECT_TRUE(out.names.empty()) << sql;
    }
    EXPECT_EQ(numbered("SELECT a$1, 'x'::text").sql, "SELECT a$1, 'x'::text");
}

TEST(SqlTemplate, RefusesNumbersAndWhatIsNotClosed) {
    for (const char* sql : {"SELECT $1", "SELECT 'a", "SELECT \"a", "SELECT /* /* */ 1",
                            "SELECT $a$ x $b$", "SELECT E'\\'"})
        EXPECT_FALSE(number_parameters(sql).has_value()) << sql;
}

TEST(SqlTemplate, ReadsAnnotationsBeforeTheStatement) {
    const auto read = read_template(
        "-- Posts of an author.\n"
        "-- @param author = input.authorId\n"
        "-- @context tenant = tenant_id\n"
        "-- @sample {\"input\": {\"authorId\": 3}}\n"
        "-- @claims {\"tenant_id\": 7}\n\n"
        "SELECT 1 -- @nothing\n");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->variables.at("author"), "input.authorId");
    EXPECT_EQ(read->context.at("tenant"), "tenant_id");
    ASSERT_EQ(read->samples.size(), 1U);
    EXPECT_EQ(read->samples[0].variables, "{\"input\": {\"authorId\": 3}}");
    EXPECT_EQ(read->samples[0].claims, "{\"tenant_id\": 7}");
}

TEST(SqlTemplate, RefusesUnknownAnnotations) {
    const auto read = read_template("-- @sampel {}\nSELECT 1");
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().hint.find("sample"), std::string::npos);
    EXPECT_FALSE(read_template("-- @param author\nSELECT 1").has_value());
}

}  // namespace
}  // namespace fraiseql::turbo
