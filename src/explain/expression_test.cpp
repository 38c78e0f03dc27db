// SPDX-License-Identifier: MIT
#include "explain/expression.hpp"

#include <gmock/gmock.h>

namespace fraiseql::explain {
namespace {

using testing::ElementsAre;

std::string index_on(std::string_view expression, std::string_view alias = "t") {
    const auto found = indexable(expression, alias);
    return found ? found->sql : "nothing";
}

TEST(Expression, SplitsConditionsAtTheirAnd) {
    EXPECT_THAT(conjuncts("((t.a = 1) AND (t.b = 'x AND y'::text) AND ((t.c)::text = 'z'::text))"),
                ElementsAre("t.a = 1", "t.b = 'x AND y'::text", "(t.c)::text = 'z'::text"));
    EXPECT_THAT(conjuncts("(t.a = 1)"), ElementsAre("t.a = 1"));
    EXPECT_THAT(conjuncts("((t.a = 1) OR (t.b = 2))"), ElementsAre("(t.a = 1) OR (t.b = 2)"));
}

TEST(Expression, ReadsComparisons) {
    const auto found = comparison("((t.data ->> 'k'::text) ~~* '%a''b%'::text)");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->left, "(t.data ->> 'k'::text)");
    EXPECT_EQ(found->op, "~~*");
    EXPECT_EQ(found->right, "'%a''b%'::text");
    EXPECT_FALSE(comparison("(t.a = 1) OR (t.b = 2)"));
    EXPECT_FALSE(comparison("NOT t.a"));
    EXPECT_FALSE(comparison("t.a IS NULL"));
    EXPECT_FALSE(comparison("t.a"));
}

TEST(Expression, TellsConstantsFromTheRest) {
    EXPECT_TRUE(is_constant("'x'::text"));
    EXPECT_TRUE(is_constant("ANY ('{1,2}'::integer[])"));
    EXPECT_TRUE(is_constant("'2026-01-01 00:00:00+00'::timestamp with time zone"));
    EXPECT_TRUE(is_constant("'a'::public.\"Kind of\""));
    EXPECT_TRUE(is_constant("-5"));
    EXPECT_FALSE(is_constant("o.id"));
    EXPECT_FALSE(is_constant("lower('X'::text)"));
    EXPECT_FALSE(is_constant("$0"));
    EXPECT_FALSE(is_constant("(SubPlan 1)"));
}

TEST(Expression, NamesWhatAnIndexWouldBeOn) {
    EXPECT_EQ(index_on("t.title"), "title");
    EXPECT_EQ(index_on("t.\"Odd \"\"name\""), "\"Odd \"\"name\"");
    EXPECT_EQ(index_on("(t.note)::text"), "note");
    EXPECT_EQ(index_on("(t.data ->> 'k'::text)"), "(data ->> 'k'::text)");
    EXPECT_EQ(index_on("((t.data ->> 'n'::text))::integer"), "(((data ->> 'n'::text))::integer)");
    EXPECT_EQ(index_on("lower(t.name)"), "(lower(name))");
}

TEST(Expression, NamesNothingThatNoIndexMayHave) {
    EXPECT_EQ(index_on("((t.data ->> 'at'::text))::timestamp with time zone"), "nothing");
    EXPECT_EQ(index_on("(t.at)::text || 'x'"), "nothing");
    EXPECT_EQ(index_on("to_tsvector(t.content)"), "nothing");
    EXPECT_EQ(index_on("other.title"), "nothing");
    EXPECT_EQ(index_on("(t.a + o.b)"), "nothing");
    EXPECT_EQ(index_on("(SubPlan 1)"), "nothing");
    EXPECT_EQ(index_on("$0"), "nothing");
    EXPECT_EQ(index_on("'x'::text"), "nothing");
    EXPECT_EQ(index_on(""), "nothing");
}

TEST(Expression, SurvivesTextThatIsCutOff) {
    for (const std::string_view text : {"((t.a = 'x", "t.", "(", ")", "'", "\"", "a::", "E'\\"}) {
        EXPECT_NO_FATAL_FAILURE(conjuncts(text));
        EXPECT_NO_FATAL_FAILURE(comparison(text));
        EXPECT_NO_FATAL_FAILURE(index_on(text));
        EXPECT_NO_FATAL_FAILURE(arguments_of(text));
    }
}

}  // namespace
}  // namespace fraiseql::explain
