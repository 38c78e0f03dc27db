// SPDX-License-Identifier: MIT
#include "pg/wire.hpp"

#include <gtest/gtest.h>

namespace fraiseql::pg {
namespace {

using namespace std::string_literals;

TEST(Wire, WritesTheMessagesOfTheProtocol) {
    const Statement statement{.name = "s", .sql = "select $1"};
    std::string out;
    write_parse(out, statement);
    EXPECT_EQ(out, "P\0\0\0\x12s\0select $1\0\0\0"s);

    out.clear();
    Call call{.statement = std::make_shared<const Statement>(statement), .params = {}};
    call.params.emplace_back("ab");
    call.params.emplace_back(std::nullopt);
    call.params.emplace_back("");
    write_bind_execute(out, call);
    EXPECT_EQ(out,
              "B\0\0\0\x1b\0s\0\0\0\0\x03\0\0\0\x02"
              "ab\xff\xff\xff\xff\0\0\0\0\0\0"
              "E\0\0\0\x09\0\0\0\0\0"s);

    out.clear();
    write_close_statement(out, "s");
    write_sync(out);
    EXPECT_EQ(out, "C\0\0\0\x07Ss\0S\0\0\0\x04"s);
}

TEST(Wire, CutsOneMessageOffTheFront) {
    ServerMessage message;
    EXPECT_EQ(read_message("C\0\0"s, message), Framing::Incomplete);
    EXPECT_EQ(message.size, 5U);
    EXPECT_EQ(read_message("C\0\0\0\x07"s, message), Framing::Incomplete);
    EXPECT_EQ(message.size, 8U);
    // The message's body is a view into it.
    const std::string bytes = "C\0\0\0\x07ok\0Z"s;
    EXPECT_EQ(read_message(bytes, message), Framing::Complete);
    EXPECT_EQ(message.type, 'C');
    EXPECT_EQ(message.body, "ok\0"s);
    EXPECT_EQ(message.size, 8U);
}

TEST(Wire, RefusesImpossibleLengths) {
    ServerMessage message;
    EXPECT_EQ(read_message("C\0\0\0\x03"s, message), Framing::Malformed);
    EXPECT_EQ(read_message("C\xff\xff\xff\xff"s, message), Framing::Malformed);
}

TEST(Wire, ReadsErrorFieldsAndStopsAtATruncatedOne) {
    const auto error = read_error("SERROR\0C23505\0Mdup\0Ddetail\0nkey\0ttable\0Xnew\0\0"s);
    EXPECT_EQ(error.sqlstate, "23505");
    EXPECT_EQ(error.message, "dup");
    EXPECT_EQ(error.detail, "detail");
    EXPECT_EQ(error.constraint, "key");
    EXPECT_EQ(error.table, "table");
    EXPECT_EQ(read_error("C23505\0Mcut"s).message, "");
    EXPECT_EQ(read_error(""s).sqlstate, "");
}

TEST(Statement, IsNamedAfterItsText) {
    EXPECT_EQ(make_statement("select 1")->name, make_statement("select 1")->name);
    EXPECT_NE(make_statement("select 1")->name, make_statement("select 2")->name);
    EXPECT_EQ(make_statement("select 1")->name.size(), 35U);
}

}  // namespace
}  // namespace fraiseql::pg
