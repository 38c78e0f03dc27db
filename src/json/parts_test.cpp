// SPDX-License-Identifier: MIT
#include "json/parts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace fraiseql::json {
namespace {

std::vector<std::string_view> find(std::string_view object, const std::vector<std::string>& names) {
    std::vector<std::string_view> values(names.size(), "unset");
    find_members(object, names, values);
    return values;
}

using Found = std::vector<std::string_view>;

TEST(JsonParts, FindsMembersWhateverStandsBetweenThem) {
    const std::string_view text =
        R"({"a": 1, "b": {"a": [1, {"a": "}"}]}, "c": "x\"},{", "d": [], "e": -1.5e+3, "f":null})";
    EXPECT_EQ(find(text, {R"("a")", R"("f")", R"("e")"}), (Found{"1", "null", "-1.5e+3"}));
    EXPECT_EQ(find(text, {R"("b")"}), Found{R"({"a": [1, {"a": "}"}]})"});
    EXPECT_EQ(find(text, {R"("c")", R"("d")"}), (Found{R"("x\"},{")", "[]"}));
}

TEST(JsonParts, AbsentMembersAreEmpty) {
    EXPECT_EQ(find(R"({"ab": 1})", {R"("a")", R"("b")"}), (Found{"", ""}));
    EXPECT_EQ(find("{}", {R"("a")"}), Found{""});
    EXPECT_EQ(find("[1, 2]", {R"("a")"}), Found{""});
    EXPECT_EQ(find("null", {R"("a")"}), Found{""});
    EXPECT_EQ(find("", {R"("a")"}), Found{""});
}

TEST(JsonParts, KeysAreComparedAsTheyAreWritten) {
    EXPECT_EQ(find(R"({"a\"b": 1, "": 2, "tab\t": 3})", {R"("a\"b")", R"("")", R"("tab\t")"}),
              (Found{"1", "2", "3"}));
    EXPECT_EQ(find(R"({"a": 1, "a": 2})", {R"("a")"}), Found{"2"});
}

TEST(JsonParts, BackslashesBeforeQuotesCount) {
    EXPECT_EQ(find(R"({"a": "\\", "b": "\\\"", "c": 3})", {R"("a")", R"("b")", R"("c")"}),
              (Found{R"("\\")", R"("\\\"")", "3"}));
}

TEST(JsonParts, ElementsComeOneByOne) {
    std::string_view rest = R"(1, "a,]", [2, 3], {"b": [4]}, null])";
    Found found;
    for (std::string_view each = next_element(rest); !each.empty(); each = next_element(rest))
        found.push_back(each);
    EXPECT_EQ(found, (Found{"1", R"("a,]")", "[2, 3]", R"({"b": [4]})", "null"}));
    std::string_view none = "]";
    EXPECT_EQ(next_element(none), "");
}

/// Whatever the text is, nothing outside of it is read.
TEST(JsonParts, TornTextEnds) {
    const std::string text = R"({"a": {"b": ["x\"", 1]}, "c": "d"})";
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::string torn = text.substr(0, size);
        find(torn, {R"("a")", R"("c")"});
        EXPECT_LE(value_length(torn), torn.size());
        std::string_view rest = torn;
        for (int i = 0; i < 20 && !next_element(rest).empty(); ++i) {
        }
    }
}

}  // namespace
}  // namespace fraiseql::json
