// SPDX-License-Identifier: MIT
#include "schema/rule_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fraiseql::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RuleLine, IsOfTheWholeOrOfAField) {
    const auto whole = read_rule_line("role:admin permission:a.b authenticated");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->field, "");
    EXPECT_THAT(whole->rule.roles, ElementsAre("admin"));
    EXPECT_THAT(whole->rule.permissions, ElementsAre("a.b"));
    EXPECT_TRUE(whole->rule.authenticated);
    EXPECT_FALSE(whole->rule.mask);
    const auto field = read_rule_line("stats.score role:\"head of\" owner:user_id mask");
    ASSERT_TRUE(field);
    EXPECT_EQ(field->field, "stats.score");
    EXPECT_THAT(field->rule.roles, ElementsAre("head of"));
    EXPECT_THAT(field->owners, ElementsAre("user_id"));
    EXPECT_TRUE(field->rule.mask);
}

TEST(RuleLine, EndsWithACondition) {
    const auto line = read_rule_line("email mask when:a = 'role:x' and b > 1");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->condition, "a = 'role:x' and b > 1");
    EXPECT_THAT(line->rule.roles, IsEmpty());
}

TEST(RuleLine, RefusesWhatItDoesNotUnderstand) {
    for (const char* text : {"", "mask", "email", "email mask", "role:", "email admin",
                             "roles:admin", "role:admin email", "when:", "when:  ", "owner:"})
        EXPECT_FALSE(read_rule_line(text)) << text;
}

TEST(Condition, HasNames) {
    const auto names = names_in_condition("User_Id = lower(\"Odd name\") and 'text' <> t.x");
    ASSERT_TRUE(names);
    EXPECT_THAT(*names, ElementsAre("user_id", "lower", "Odd name", "and", "t", "x"));
}

TEST(Condition, IsOneExpression) {
    for (const char* text :
         {"a) or (true", "(a", "a;", "a -- b", "a /* b */", "'a", "$1", "$$a$$", "E'\\''", "a)"})
        EXPECT_FALSE(names_in_condition(text)) << text;
}

}  // namespace
}  // namespace fraiseql::schema
