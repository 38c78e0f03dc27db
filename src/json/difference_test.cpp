// SPDX-License-Identifier: MIT
#include "json/difference.hpp"

#include <gtest/gtest.h>

namespace fraiseql::json {
namespace {

std::string difference(std::string_view left, std::string_view right) {
    Arena arena;
    const auto found = first_difference(read(left, arena).value(), read(right, arena).value());
    return found ? found->path + ": " + found->left + " / " + found->right : "";
}

TEST(Difference, IsNoneBetweenEqualValues) {
    EXPECT_EQ(difference(R"({"a":[1,{"b":null}]})", R"({ "a" : [ 1, {"b":null} ] })"), "");
}

TEST(Difference, NamesTheFirstPlace) {
    EXPECT_EQ(difference(R"({"a":[1,{"b":"x"}]})", R"({"a":[1,{"b":"y"}]})"),
              R"(a[1].b: "x" / "y")");
    EXPECT_EQ(difference(R"({"a":[1,2]})", R"({"a":[1]})"), "a: 2 / nothing");
    EXPECT_EQ(difference(R"({"a":1})", R"({"a":1,"b":2})"), R"(: nothing / "b")");
    EXPECT_EQ(difference(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), R"(: "a" / "b")");
    EXPECT_EQ(difference("1", "1.0"), ": 1 / 1.0");
    EXPECT_EQ(difference("[]", "{}"), ": [] / {}");
}

}  // namespace
}  // namespace fraiseql::json
