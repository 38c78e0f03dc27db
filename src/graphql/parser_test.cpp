// SPDX-License-Identifier: MIT
#include "graphql/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/printer.hpp"

namespace fraiseql::graphql {
namespace {

using testing::HasSubstr;

void expect_syntax_error(std::string_view source, std::string_view message, Location location) {
    Arena arena;
    auto document = parse(source, arena);
    ASSERT_FALSE(document) << source;
    EXPECT_EQ(document.error().message, "Syntax Error: " + std::string(message)) << source;
    EXPECT_EQ(document.error().code, ErrorCode::GraphqlParseFailed);
    ASSERT_EQ(document.error().locations.size(), 1U);
    EXPECT_EQ(document.error().locations[0].line, location.line) << source;
    EXPECT_EQ(document.error().locations[0].column, location.column) << source;
}

/// Parses, prints, parses and prints again: the two texts must be the same.
std::string reprint(std::string_view source) {
    Arena arena;
    auto document = parse(source, arena);
    EXPECT_TRUE(document) << source << ": " << (document ? "" : document.error().message);
    if (!document) return {};
    std::string once = print(*document);
    auto again = parse(once, arena);
    EXPECT_TRUE(again) << once << ": " << (again ? "" : again.error().message);
    if (again) {
        EXPECT_EQ(print(*again), once);
    }
    return once;
}

Value value_of(std::string_view source, Arena& arena) {
    auto value = parse_value(source, arena);
    EXPECT_TRUE(value) << source << ": " << (value ? "" : value.error().message);
    return value ? *value : Value{};
}

TEST(Parser, ReadsEveryPartOfAnOperation) {
    Arena arena;
    auto document =
        parse("query Q($a: [Int!]! = [1] @d) @e { x: f(a: $a) @g { ...F ... on T { b } } }", arena);
    ASSERT_TRUE(document);
    const OperationDefinition& operation = document->operations[0];
    EXPECT_EQ(operation.name, "Q");
    EXPECT_EQ(print(operation.variables[0].type), "[Int!]!");
    EXPECT_EQ(operation.variables[0].directives[0].name, "d");
    const Field& field = *operation.selections.selections[0].field;
    EXPECT_EQ(field.response_key(), "x");
    EXPECT_EQ(field.name, "f");
    EXPECT_EQ(field.arguments[0].value.kind, Value::Kind::Variable);
    ASSERT_EQ(field.selections.selections.size(), 2U);
    EXPECT_EQ(field.selections.selections[0].fragment_spread->fragment, nullptr);
    EXPECT_EQ(field.selections.selections[1].inline_fragment->type_condition, "T");
    EXPECT_EQ(document->field_count, 2U);
    EXPECT_EQ(document->selection_set_count, 3U);
}

TEST(Parser, LinksSpreadsToTheirFragments) {
    Arena arena;
    auto document = parse("{ ...F } fragment G on T { a } fragment F on T { ...G }", arena);
    ASSERT_TRUE(document);
    const FragmentSpread& spread =
        *document->operations[0].selections.selections[0].fragment_spread;
    ASSERT_NE(spread.fragment, nullptr);
    EXPECT_EQ(document->index_of(*spread.fragment), 1U);
}

TEST(Parser, PrintsWhatItRead) {
    EXPECT_EQ(reprint("{a,b}"), "{\n  a\n  b\n}\n");
    EXPECT_EQ(reprint("query($x:Int=1@d){a(b:{c:[$x,\"\\u00e9\",E,null,true,-1.5e3]})}"),
              "query($x: Int = 1 @d) {\n  a(b: {c: [$x, \"é\", E, null, true, -1.5e3]})\n}\n");
    EXPECT_EQ(reprint("mutation M{a}subscription S{a}"),
              "mutation M {\n  a\n}\n\nsubscription S {\n  a\n}\n");
    EXPECT_EQ(
        reprint("\"d\" query Q(\"v\" $a: Int) {a} \"f\" fragment F on T {a}"),
        "\"d\"\nquery Q(\n  \"v\"\n  $a: Int) {\n  a\n}\n\n\"f\"\nfragment F on T {\n  a\n}\n");
}

TEST(Parser, PrintsTypeSystemsThatItRead) {
    reprint(R"(
        """The schema.""" schema @a { query: Q mutation: M }
        extend schema @b { subscription: S }
        "S" scalar Date @specifiedBy(url: "x")
        type T implements A & B @d { "f" f("a" a: Int = 1 @x, b: [S!]!): T! @deprecated }
        interface A implements B { f: T }
        union U = | T | X
        enum E { "a" A B @deprecated(reason: "no") }
        input I @oneOf { a: Int b: I }
        directive @d("x" a: Int) repeatable on FIELD | QUERY
        extend type T { g: Int }
        extend scalar Date @x extend union U = Y extend enum E { C } extend input I { c: Int }
        extend interface A @x)");
}

TEST(Parser, IgnoresWhatTheGrammarIgnores) {
    EXPECT_EQ(reprint("\xEF\xBB\xBF{ a # comment \xC3\xA9\r\n\t,,, b\xEF\xBB\xBF }"),
              "{\n  a\n  b\n}\n");
}

TEST(Parser, AllowsKeywordsAsNames) {
    reprint(
        "query query($on: on) { fragment: type(true: 1, null: 2) ...fragment }"
        " fragment fragment on on { on }");
}

TEST(Parser, DecodesStrings) {
    Arena arena;
    EXPECT_EQ(value_of(R"("a\"\\\/\b\f\n\r\tz")", arena).text, "a\"\\/\b\f\n\r\tz");
    EXPECT_EQ(value_of(R"("\u0041\u00e9\u20AC\uD83D\uDE00")", arena).text, "Aé€😀");
    EXPECT_EQ(value_of(R"("\u{41}\u{1F600}\u{000000e9}")", arena).text, "A😀é");
    EXPECT_EQ(value_of("\"\"", arena).text, "");
}

TEST(Parser, DecodesBlockStrings) {
    Arena arena;
    EXPECT_EQ(value_of("\"\"\"\n    a\n      b\r\n    \n\r    c\\\"\"\"\n  \"\"\"", arena).text,
              "a\n  b\n\n\nc\"\"\"");
    EXPECT_EQ(value_of("\"\"\"  a\n  b\"\"\"", arena).text, "  a\nb");
    EXPECT_EQ(value_of("\"\"\"\"\"\"", arena).text, "");
    EXPECT_EQ(value_of("\"\"\"\n \n\"\"\"", arena).text, "");
}

TEST(Parser, PrintsBlockStringsThatReadTheSame) {
    for (std::string_view text : {"a", "a\nb", "a\n  b\n\nc", "ends with \"", "ends with \\",
                                  "has \"\"\" inside", "\"\"\"\"", " leads", "trails ", "", "\n",
                                  "a\n", "\na", "tab\tin", "nul\x01", "a\n\tb", "\\\"\"\""}) {
        Arena arena;
        const std::string printed =
            print(Value{.kind = Value::Kind::String, .block = true, .text = text});
        EXPECT_EQ(value_of(printed, arena).text, text) << printed;
    }
}

TEST(Parser, SaysWhatIsWrongAndWhere) {
    expect_syntax_error("", "Unexpected <EOF>.", {1, 1});
    expect_syntax_error("{", "Expected Name, found <EOF>.", {1, 2});
    expect_syntax_error("{ ...MissingOn }\nfragment MissingOn Type",
                        "Expected \"on\", found Name \"Type\".", {2, 20});
    expect_syntax_error("{ field: {} }", "Expected Name, found \"{\".", {1, 10});
    expect_syntax_error("notAnOperation Foo { field }", "Unexpected Name \"notAnOperation\".",
                        {1, 1});
    expect_syntax_error("...", "Unexpected \"...\".", {1, 1});
    expect_syntax_error("{ }", "Expected Name, found \"}\".", {1, 3});
    expect_syntax_error("{ a() }", "Expected Name, found \")\".", {1, 5});
    expect_syntax_error("query Q($x: Int = $y) { a }",
                        "Unexpected variable \"$y\" in constant value.", {1, 19});
    expect_syntax_error("fragment on on T { a }", "Unexpected Name \"on\".", {1, 10});
    expect_syntax_error(
        "\"d\" { a }",
        "Unexpected description, descriptions are not supported on shorthand queries.", {1, 1});
    expect_syntax_error("\"d\" extend type T { a: Int }",
                        "Unexpected description, only GraphQL definitions support descriptions.",
                        {1, 1});
    expect_syntax_error("enum E { true }",
                        "Name \"true\" is reserved and cannot be used for an enum value.", {1, 10});
    expect_syntax_error("directive @a on NOWHERE", "Unexpected Name \"NOWHERE\".", {1, 17});
    expect_syntax_error("extend type T", "Unexpected <EOF>.", {1, 14});
}

TEST(Lexer, SaysWhatIsWrongAndWhere) {
    expect_syntax_error("{ a(b: \"x", "Unterminated string.", {1, 10});
    expect_syntax_error("{ a(b: \"x\ny\") }", "Unterminated string.", {1, 10});
    expect_syntax_error("{ a(b: \"\"\"x) }", "Unterminated string.", {1, 15});
    expect_syntax_error(
        "{ a(b: 'x') }",
        "Unexpected single quote character ('), did you mean to use a double quote (\")?", {1, 8});
    expect_syntax_error("{ a(b: 01) }", "Invalid number, unexpected digit after 0: \"1\".", {1, 9});
    expect_syntax_error("{ a(b: 1.) }", "Invalid number, expected digit but got: \")\".", {1, 10});
    expect_syntax_error("{ a(b: .5) }",
                        "Invalid number, expected digit before \".\", did you mean \"0.5\"?",
                        {1, 8});
    expect_syntax_error("{ a(b: 1x) }", "Invalid number, expected digit but got: \"x\".", {1, 9});
    expect_syntax_error("{ a(b: -) }", "Invalid number, expected digit but got: \")\".", {1, 9});
    expect_syntax_error("{ a(b: 1e) }", "Invalid number, expected digit but got: \")\".", {1, 10});
    expect_syntax_error("{ .. }", "Unexpected \"..\", did you mean \"...\"?", {1, 3});
    expect_syntax_error("{ a ? }", "Unexpected character: \"?\".", {1, 5});
    expect_syntax_error("{ é }", "Unexpected character: U+00E9.", {1, 3});
    expect_syntax_error("{ a(b: \"\\x\") }", "Invalid character escape sequence: \"\\x\".", {1, 9});
    expect_syntax_error("{ a(b: \"\\uXYZ1\") }", "Invalid Unicode escape sequence: \"\\uXYZ1\".",
                        {1, 9});
    expect_syntax_error("{ a(b: \"\\u0\u00e9412\") }",
                        "Invalid Unicode escape sequence: \"\\u0\u00e941\".", {1, 9});
    expect_syntax_error("{ a(b: \"\\uD800\") }", "Invalid Unicode escape sequence: \"\\uD800\".",
                        {1, 9});
    expect_syntax_error("{ a(b: \"\\u{110000}\") }",
                        "Invalid Unicode escape sequence: \"\\u{110000}\".", {1, 9});
    expect_syntax_error("{ a(b: \"\\u{}\") }", "Invalid Unicode escape sequence: \"\\u{}\".",
                        {1, 9});
    expect_syntax_error("{ a \xFF }", "Document is not valid UTF-8.", {1, 5});
}

TEST(Parser, CountsColumnsAsEditorsDo) {
    expect_syntax_error("{ a(b: \"é😀\") ? }", "Unexpected character: \"?\".", {1, 15});
    expect_syntax_error("{\r\n a\r ?", "Unexpected character: \"?\".", {3, 2});
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

std::string limit_error(std::string_view source) {
    Arena arena;
    auto document = parse(source, arena);
    return document ? "" : document.error().message;
}

TEST(Parser, EndsDeepNestingQuickly) {
    EXPECT_THAT(limit_error(repeat("{a", 10'000)), HasSubstr("nests more than 128 levels"));
    EXPECT_THAT(limit_error("{a(b:" + repeat("[", 10'000)),
                HasSubstr("nests more than 128 levels"));
    EXPECT_THAT(limit_error("{a(b:" + repeat("{c:", 10'000)), HasSubstr("nests more than 128"));
    EXPECT_THAT(limit_error("query($a:" + repeat("[", 10'000)), HasSubstr("nests more than 128"));
    EXPECT_THAT(limit_error("{" + repeat("...{", 10'000)), HasSubstr("nests more than 128"));
}

TEST(Parser, EndsLongDocumentsQuickly) {
    EXPECT_THAT(limit_error("{" + repeat("a:b ", 100'000) + "}"),
                HasSubstr("more than 50000 tokens"));
    EXPECT_THAT(limit_error("{a(b:\"" + repeat("x", 1 << 20) + "\")}"),
                HasSubstr("1048576 are allowed"));
}

TEST(Parser, HasNoTokenLimitForSchemas) {
    Arena arena;
    EXPECT_TRUE(parse_schema("enum E {" + repeat("A ", 100'000) + "}", arena));
}

}  // namespace
}  // namespace fraiseql::graphql
