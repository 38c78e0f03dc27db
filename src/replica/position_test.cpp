// SPDX-License-Identifier: MIT
#include "replica/position.hpp"

#include <gtest/gtest.h>

namespace fraiseql::replica {
namespace {

TEST(Lsn, IsReadAndWrittenAsPostgresDoes) {
    EXPECT_EQ(read_lsn("16/B374D848"), 0x16'B374D848U);
    EXPECT_EQ(to_string(0x16'B374D848U), "16/B374D848");
    EXPECT_EQ(to_string(0), "0/0");
    for (const char* bad : {"", "16", "/", "16/", "/1", "1/2/3", "g/0", "1/123456789", " 1/2"})
        EXPECT_FALSE(read_lsn(bad)) << bad;
}

TEST(Token, ComesBackAsItWas) {
    for (const Position& position :
         {Position{7301234567890123456U, 3, 0x16'B374D848U}, Position{}, kBeyondReplicas}) {
        const auto read = read_token(to_token(position));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, position);
    }
}

TEST(Token, IsRefusedWhereItIsNone) {
    const std::string good = to_token({7301234567890123456U, 1, 17});
    for (const std::string& bad : {std::string(), good.substr(1), good + "0", "G" + good.substr(1),
                                   "F" + good.substr(1), "-" + good.substr(1)})
        EXPECT_FALSE(read_token(bad)) << bad;
}

TEST(Position, OfTwoTheLaterCountsWhereTheyCompare) {
    const Position early{1, 1, 10};
    const Position late{1, 1, 20};
    EXPECT_EQ(later(early, late), late);
    EXPECT_EQ(later(late, early), late);
    EXPECT_EQ(later(late, Position{1, 2, 5}), kBeyondReplicas);
    EXPECT_EQ(later(late, Position{2, 1, 5}), kBeyondReplicas);
}

}  // namespace
}  // namespace fraiseql::replica
