// SPDX-License-Identifier: MIT
#include "graphql/changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fraiseql::graphql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Returns `impact CODE place` of each change between two schemas.
std::vector<std::string> changes(std::string_view before, std::string_view after) {
    const auto old = build_schema(before);
    const auto now = build_schema(after);
    EXPECT_TRUE(old) << old.error().message;
    EXPECT_TRUE(now) << now.error().message;
    std::vector<std::string> out;
    for (const Change& each : find_changes(**old, **now))
        out.push_back(std::string(to_string(each.impact)) + ' ' + std::string(each.code) + ' ' +
                      each.place);
    return out;
}

TEST(Changes, NothingChanges) {
    const char* sdl = "type Query { a(x: Int = 1): [A!]! } enum A { B }";
    EXPECT_THAT(changes(sdl, sdl), IsEmpty());
    EXPECT_THAT(changes("type Query { a: Int }", "\"new words\" type Query { a: Int }"), IsEmpty());
}

TEST(Changes, FieldsComeAndGo) {
    EXPECT_THAT(changes("type Query { a: Int b: Int }", "type Query { a: Int c: Int }"),
                ElementsAre("breaking FIELD_REMOVED Query.b", "safe FIELD_ADDED Query.c"));
}

TEST(Changes, AnswersMayPromiseMoreAndNotLess) {
    EXPECT_THAT(
        changes("type Query { a: [Int] b: Int! c: [Int!] d: Int }",
                "type Query { a: [Int!]! b: Int c: [Int] d: [Int] }"),
        ElementsAre("breaking FIELD_CHANGED_KIND Query.b", "breaking FIELD_CHANGED_KIND Query.c",
                    "breaking FIELD_CHANGED_KIND Query.d", "safe FIELD_CHANGED_KIND_SAFE Query.a"));
}

TEST(Changes, ArgumentsMayTakeMoreAndNotLess) {
    EXPECT_THAT(
        changes("type Query { a(b: Int!, c: Int, d: Int = 1, e: Int): Int }",
                "type Query { a(b: Int, c: Int!, d: Int = 2, f: Int, g: Int!): Int }"),
        ElementsAre("breaking ARG_REMOVED Query.a(e:)", "breaking REQUIRED_ARG_ADDED Query.a(g:)",
                    "breaking ARG_CHANGED_KIND Query.a(c:)",
                    "dangerous OPTIONAL_ARG_ADDED Query.a(f:)",
                    "dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(d:)",
                    "safe ARG_CHANGED_KIND_SAFE Query.a(b:)"));
}

TEST(Changes, InputFields) {
    EXPECT_THAT(
        changes("type Query { a(i: I): Int } input I { a: Int b: Int! c: Int = 1 d: Int }",
                "type Query { a(i: I): Int } input I { a: Int! b: Int c: Int e: Int f: Int! }"),
        ElementsAre("breaking REQUIRED_INPUT_FIELD_ADDED I.f", "breaking FIELD_REMOVED I.d",
                    "breaking FIELD_CHANGED_KIND I.a", "dangerous OPTIONAL_INPUT_FIELD_ADDED I.e",
                    "dangerous INPUT_FIELD_DEFAULT_VALUE_CHANGE I.c",
                    "safe FIELD_CHANGED_KIND_SAFE I.b"));
}

TEST(Changes, TypesValuesAndMembers) {
    EXPECT_THAT(
        changes("type Query { a: E u: U } enum E { X Y } type A { a: Int } "
                "type B { a: Int } union U = A | B",
                "type Query { a: E u: U } enum E { X Z } type A { a: Int } "
                "type C { a: Int } union U = A | C"),
        ElementsAre("breaking VALUE_REMOVED_FROM_ENUM E.Y", "breaking TYPE_REMOVED B",
                    "breaking TYPE_REMOVED_FROM_UNION U", "dangerous VALUE_ADDED_TO_ENUM E.Z",
                    "dangerous TYPE_ADDED_TO_UNION U", "safe TYPE_ADDED C"));
    EXPECT_THAT(changes("type Query { a: A } type A { a: Int }", "type Query { a: A } scalar A"),
                ElementsAre("breaking TYPE_CHANGED_KIND A"));
}

TEST(Changes, RootsAndOneOf) {
    EXPECT_THAT(changes("schema { query: Query mutation: M } type Query { m: M } type M { a: Int }",
                        "schema { query: Query } type Query { m: M } type M { a: Int }"),
                ElementsAre("breaking ROOT_TYPE_CHANGED M"));
    EXPECT_THAT(changes("type Query { a(i: I): Int } input I { a: Int }",
                        "type Query { a(i: I): Int } input I @oneOf { a: Int }"),
                ElementsAre("breaking INPUT_OBJECT_BECAME_ONE_OF I"));
}

TEST(Changes, Directives) {
    EXPECT_THAT(
        changes("type Query { a: Int } directive @d(x: Int) repeatable on FIELD | QUERY "
                "directive @gone on FIELD",
                "type Query { a: Int } directive @d(y: Int!) on FIELD | MUTATION"),
        ElementsAre("breaking REQUIRED_DIRECTIVE_ARG_ADDED @d", "breaking DIRECTIVE_ARG_REMOVED @d",
                    "breaking DIRECTIVE_REPEATABLE_REMOVED @d",
                    "breaking DIRECTIVE_LOCATION_REMOVED @d", "breaking DIRECTIVE_REMOVED @gone",
                    "safe DIRECTIVE_LOCATION_ADDED @d"));
}

}  // namespace
}  // namespace fraiseql::graphql
