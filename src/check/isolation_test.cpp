// SPDX-License-Identifier: MIT
#include "check/isolation.hpp"

#include <gtest/gtest.h>

namespace fraiseql::check {
namespace {

using Verdict = IsolationFinding::Verdict;

Verdict verdict(const Answers& answers, bool reads_planted = true, bool informed = false) {
    return judge("x", answers, reads_planted, informed).verdict;
}

TEST(Isolation, WhatAnothersRowsChangeIsALeak) {
    EXPECT_EQ(verdict({"a", "a", "a", "own", ""}), Verdict::Isolated);
    EXPECT_EQ(verdict({"ab", "ab", "a", "own", ""}), Verdict::Leak);
    EXPECT_EQ(verdict({"a", "a", "a", "own", "", true}), Verdict::Leak);
    EXPECT_EQ(verdict({"error: 23505 there is one", "error: 23505 there is one", "", "x", ""}),
              Verdict::Leak);
}

TEST(Isolation, WhatShowsNobodysRowsProvesNothing) {
    EXPECT_EQ(verdict({"a", "a", "a", "a", "a"}), Verdict::Unproven);
    EXPECT_EQ(verdict({"a", "a", "a", "a", "a"}, false), Verdict::Shared);
    EXPECT_EQ(verdict({"", "", ""}, true, true), Verdict::Isolated);
    EXPECT_EQ(verdict({"1", "2", "1", "own", ""}), Verdict::Unproven);
    EXPECT_EQ(verdict({"0", "0", "0", "0", "0"}, false, true), Verdict::Shared);
}

TEST(Isolation, AKeptAnswerOfAnotherIsALeak) {
    EXPECT_EQ(verdict({"a", "a", "a", "own", "", false, "It is another's."}), Verdict::Leak);
}

TEST(Isolation, WhatDoesNotRunIsSaid) {
    const Answers refused{"error: no", "error: no", "error: no", "error: no", "error: no"};
    EXPECT_EQ(verdict(refused, false, true), Verdict::Unproven);
    EXPECT_EQ(judge("x", refused, false, true, false).verdict, Verdict::Untried);
    EXPECT_EQ(judge("x", {"1", "2", "1", "own", ""}, false, true, false).verdict, Verdict::Untried);
}

TEST(Isolation, AsJson) {
    EXPECT_EQ(
        to_json({judge("a\"", {"x", "x", "", "", ""}, true, false)}),
        "{\"isolated\":0,\"shared\":0,\"leaks\":1,\"unproven\":0,\"untried\":0,\"operations\":[\n"
        "{\"operation\":\"a\\\"\",\"verdict\":\"leak\",\"message\":\"Rows of another tenant "
        "change what it shows.\"}]}\n");
}

}  // namespace
}  // namespace fraiseql::check
