// SPDX-License-Identifier: MIT
#include "sql/fragment.hpp"

#include <gtest/gtest.h>

namespace fraiseql::sql {
namespace {

TEST(Fragment, QuotesIdentifiers) {
    EXPECT_EQ(Fragment().identifier("we\"ird").text(), R"("we""ird")");
    EXPECT_EQ(Fragment().qualified("public", "v_user").text(), R"("public"."v_user")");
}

TEST(Fragment, QuotesLiterals) {
    EXPECT_EQ(Fragment().literal("it's").text(), "'it''s'");
    EXPECT_EQ(Fragment().literal("a\\'b").text(), R"(E'a\\''b')");
}

TEST(Fragment, JoinsParts) {
    EXPECT_EQ(join({Fragment("a"), Fragment("b")}, ", ").text(), "a, b");
    EXPECT_EQ(join({}, ", ").text(), "");
}

}  // namespace
}  // namespace fraiseql::sql
