// SPDX-License-Identifier: MIT
#include "data/nesting.hpp"

#include <gtest/gtest.h>

namespace fraiseql::data {
namespace {

constexpr int kOutermost = Nesting::kOutermost;

TEST(Nesting, TheInnermostAndWhatItIsInMayRun) {
    Nesting nesting;
    EXPECT_TRUE(nesting.may_run(kOutermost));
    const int one = nesting.begin(kOutermost);
    const int two = nesting.begin(one);
    EXPECT_NE(one, two);
    for (const int each : {two, one, kOutermost})
        EXPECT_TRUE(nesting.may_run(each));
    EXPECT_TRUE(nesting.end(two));
    EXPECT_FALSE(nesting.may_run(two));
    EXPECT_TRUE(nesting.end(one));
    EXPECT_TRUE(nesting.end(kOutermost));
}

TEST(Nesting, NamesAreNotUsedAgain) {
    Nesting nesting;
    const int one = nesting.begin(kOutermost);
    EXPECT_TRUE(nesting.end(one));
    EXPECT_NE(nesting.begin(kOutermost), one);
}

TEST(Nesting, WhatRunsBesideTheInnermostSpoilsAll) {
    Nesting nesting;
    const int one = nesting.begin(kOutermost);
    const int two = nesting.begin(kOutermost);
    EXPECT_TRUE(nesting.may_run(two));
    EXPECT_FALSE(nesting.may_run(one));
    EXPECT_FALSE(nesting.may_run(two));
    EXPECT_FALSE(nesting.end(two));
    EXPECT_FALSE(nesting.end(one));
    EXPECT_FALSE(nesting.end(kOutermost));
}

TEST(Nesting, EndingAnotherThanTheInnermostSpoilsAll) {
    Nesting nesting;
    const int one = nesting.begin(kOutermost);
    const int two = nesting.begin(kOutermost);
    EXPECT_FALSE(nesting.end(one));
    EXPECT_FALSE(nesting.may_run(two));
    EXPECT_FALSE(nesting.end(kOutermost));
}

TEST(Nesting, WhatIsLeftOpenInsideSpoilsAll) {
    Nesting nesting;
    nesting.begin(kOutermost);
    EXPECT_FALSE(nesting.end(kOutermost));
}

TEST(Nesting, AStatementThatEndsTheTransactionSpoilsAll) {
    Nesting nesting;
    nesting.spoil();
    EXPECT_FALSE(nesting.may_run(kOutermost));
    EXPECT_FALSE(nesting.end(kOutermost));
}

}  // namespace
}  // namespace fraiseql::data
