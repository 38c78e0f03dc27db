// SPDX-License-Identifier: MIT
#include "base/suggest.hpp"

#include <gtest/gtest.h>

namespace fraiseql {
namespace {

TEST(Suggest, NamesTheNearestFirst) {
    EXPECT_EQ(did_you_mean("titel", {"title", "tile", "author"}),
              R"(Did you mean "title" or "tile"?)");
}

TEST(Suggest, SaysNothingWhereNothingIsNear) {
    EXPECT_EQ(did_you_mean("x", {"author", "comments"}), "");
    EXPECT_EQ(did_you_mean("title", {}), "");
}

TEST(Suggest, TreatsCaseAsOneEdit) {
    EXPECT_EQ(suggestions("CREATEDAT", {"createdAt"}), std::vector<std::string_view>{"createdAt"});
}

TEST(Suggest, ListsAtMostFive) {
    EXPECT_EQ(suggestions("a", {"b", "c", "d", "e", "f", "g"}).size(), 5u);
}

}  // namespace
}  // namespace fraiseql
