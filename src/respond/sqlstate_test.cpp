// SPDX-License-Identifier: MIT
#include "respond/sqlstate.hpp"

#include <gtest/gtest.h>

namespace fraiseql::respond {
namespace {

sql::DatabaseError raised(std::string sqlstate) {
    sql::DatabaseError error;
    error.sqlstate = std::move(sqlstate);
    error.message = "The message.";
    error.detail = "The detail.";
    error.constraint = "a_check";
    return error;
}

TEST(Sqlstate, HasTheCodesThatClientsRelyOn) {
    EXPECT_EQ(rule_for("23505").code, ErrorCode::UniqueViolation);
    EXPECT_EQ(rule_for("23503").code, ErrorCode::ForeignKeyViolation);
    EXPECT_EQ(rule_for("23502").code, ErrorCode::NotNullViolation);
    EXPECT_EQ(rule_for("23514").code, ErrorCode::CheckViolation);
    EXPECT_EQ(rule_for("P0001").code, ErrorCode::BusinessRuleViolation);
    EXPECT_EQ(rule_for("40001").code, ErrorCode::Conflict);
    EXPECT_EQ(rule_for("57014").code, ErrorCode::Timeout);
    EXPECT_EQ(rule_for("22P02").code, ErrorCode::BadUserInput);
    EXPECT_EQ(rule_for("42501").code, ErrorCode::Forbidden);
    EXPECT_EQ(rule_for("08006").code, ErrorCode::ServiceUnavailable);
    EXPECT_EQ(rule_for("57P01").code, ErrorCode::ServiceUnavailable);
    EXPECT_EQ(rule_for("42703").code, ErrorCode::InternalServerError);
    EXPECT_EQ(rule_for("XX000").code, ErrorCode::InternalServerError);
}

TEST(Sqlstate, TakesAnUndefinedClassForAFunctionsOwnCode) {
    Error error = to_error(raised("SHOP1"), false, "ref");
    EXPECT_EQ(error.code, ErrorCode::BusinessRuleViolation);
    EXPECT_EQ(error.message, "The message.");
    EXPECT_EQ(error.extensions[0].second, "SHOP1");
}

TEST(Sqlstate, MasksInternalMessagesUnlessExposed) {
    Error masked = to_error(raised("22012"), false, "ref-1");
    EXPECT_EQ(masked.message, "Internal server error.");
    ASSERT_EQ(masked.extensions.size(), 1u);
    EXPECT_EQ(masked.extensions[0].second, "ref-1");
    EXPECT_EQ(to_error(raised("42P01"), true, "ref-1").message, "The message.");
}

TEST(Sqlstate, TellsTheSyntaxOfAValueFromThatOfAStatement) {
    sql::DatabaseError value = raised("42601");
    value.where.clear();
    EXPECT_EQ(to_error(value, false, "ref").code, ErrorCode::BadUserInput);
    sql::DatabaseError statement = value;
    statement.position = "8";
    EXPECT_EQ(to_error(statement, false, "ref").code, ErrorCode::InternalServerError);
    sql::DatabaseError function = value;
    function.where = "PL/pgSQL function app.fn_x() line 3 at EXECUTE";
    EXPECT_EQ(to_error(function, false, "ref").code, ErrorCode::InternalServerError);
}

TEST(Sqlstate, SaysThatTheDatabaseHasChanged) {
    sql::DatabaseError gone = raised("42883");
    gone.where.clear();
    const Error error = to_error(gone, false, "ref-1");
    EXPECT_NE(error.message.find("The database has changed"), std::string::npos);
    EXPECT_EQ(error.extensions[0].second, "ref-1");
    // Inside of a function, it is the function that is at fault.
    gone.where = "PL/pgSQL function fn_x() line 1";
    EXPECT_EQ(to_error(gone, false, "ref-1").message, "Internal server error.");
}

TEST(Sqlstate, ShowsTheConstraintButNotOtherRowsValues) {
    Error error = to_error(raised("23505"), false, "ref");
    for (const auto& [name, value] : error.extensions)
        EXPECT_NE(value, "The detail.") << name;
    EXPECT_EQ(error.extensions[1], (std::pair<std::string, std::string>("constraint", "a_check")));
}

}  // namespace
}  // namespace fraiseql::respond
