// SPDX-License-Identifier: MIT
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fraiseql {
namespace {

TEST(ErrorCodes, EveryRowIsCompleteAndUnique) {
    std::set<std::string_view> wires;
    for (const ErrorCodeInfo& row : error_codes()) {
        EXPECT_EQ(&info(row.code), &row);
        EXPECT_TRUE(wires.insert(row.wire).second) << row.wire;
        EXPECT_TRUE(row.http_status >= 200 && row.http_status < 600) << row.wire;
        EXPECT_TRUE(row.meaning.ends_with('.')) << row.wire;
    }
}

TEST(ErrorCodes, HaveTheNamesThatClientsRelyOn) {
    EXPECT_EQ(info(ErrorCode::GraphqlValidationFailed).wire, "GRAPHQL_VALIDATION_FAILED");
    EXPECT_EQ(info(ErrorCode::BusinessRuleViolation).wire, "BUSINESS_RULE_VIOLATION");
    EXPECT_EQ(info(ErrorCode::ServiceUnavailable).http_status, 503);
}

TEST(Error, RendersItsHint) {
    EXPECT_EQ(to_string(Error{.message = "No.", .hint = "Try that."}), "No.\n  hint: Try that.");
}

}  // namespace
}  // namespace fraiseql
