// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include <gtest/gtest.h>

#include "json/writer.hpp"

namespace fraiseql::json {
namespace {

/// Parses and writes again: the canonical form of a document, or the error's message.
std::string round_trip(std::string_view text, int max_depth = 64) {
    Arena arena;
    auto value = read(text, arena, max_depth);
    if (!value) return value.error().message;
    std::string out;
    write(out, *value);
    return out;
}

TEST(JsonRead, KeepsValuesAndOrder) {
    EXPECT_EQ(round_trip(R"( {"b":[1,true,null,{}],"a":"x","c":[]} )"),
              R"({"b":[1,true,null,{}],"a":"x","c":[]})");
    EXPECT_EQ(round_trip("\"one\""), "\"one\"");
}

TEST(JsonRead, KeepsEveryDigitOfANumber) {
    for (std::string_view number :
         {"0", "-0", "12345678901234567890123456789.123456789012345678901234567890", "1e400",
          "1.50", "-9223372036854775809", "18446744073709551616"})
        EXPECT_EQ(round_trip(number), number);
}

TEST(JsonRead, DecodesEscapesAndUtf8) {
    EXPECT_EQ(round_trip(R"("caf\u00e9 \ud83d\ude00 \/ \"")"), "\"caf\u00e9 \U0001F600 / \\\"\"");
}

TEST(JsonRead, RefusesWhatIsNotJson) {
    for (std::string_view text :
         {"",         "{",        "[1,]",        "{\"a\":1,}", "01",    "1.",     ".5",
          "+1",       "tru",      "nul",         "'a'",        "{a:1}", "[1] x",  "\"\\x\"",
          "\"\x01\"", "\"\xff\"", "\"\\ud800\"", "NaN",        "[1 2]", "// c\n1"})
        EXPECT_TRUE(round_trip(text).starts_with("Broken JSON")) << text;
}

TEST(JsonRead, RefusesDuplicateMembers) {
    EXPECT_EQ(round_trip(R"({"x":{"a":1,"a":2}})"),
              "Broken JSON: the member \"a\" stands twice in one object.");
}

TEST(JsonRead, BoundsDepth) {
    EXPECT_EQ(round_trip("[[[]]]", 3), "[[[]]]");
    EXPECT_TRUE(round_trip("[[[[]]]]", 3).starts_with("Broken JSON"));
    EXPECT_TRUE(round_trip(std::string(100'000, '[')).starts_with("Broken JSON"));
}

TEST(JsonRead, FindsMembersByName) {
    Arena arena;
    auto value = read(R"({"a":1,"b":"x"})", arena);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->find("b")->text, "x");
    EXPECT_EQ(value->find("c"), nullptr);
}

TEST(JsonWrite, EscapesWhatMustBeEscaped) {
    std::string out;
    write_string(out, std::string_view("a\"b\\c\n\x01\x00z\xC3\xA9", 11));
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\\u0000z\xC3\xA9\"");
}

TEST(JsonWrite, EscapesAtEveryPlaceOfALongerText) {
    for (std::size_t size = 1; size < 35; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(size, 'a');
                text[at] = static_cast<char>(byte);
                std::string out;
                write_string(out, text);
                const bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
                ASSERT_EQ(out.size() > size + 2, escaped) << byte << " at " << at << " of " << size;
                ASSERT_EQ(out[at + 1], escaped ? '\\' : text[at]);
                ASSERT_EQ(out.substr(0, at + 1), '"' + std::string(at, 'a'));
                ASSERT_TRUE(out.ends_with(std::string(size - at - 1, 'a') + '"'));
            }
}

}  // namespace
}  // namespace fraiseql::json
