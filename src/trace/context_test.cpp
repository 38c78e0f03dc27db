// SPDX-License-Identifier: MIT
#include "trace/context.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fraiseql::trace {
namespace {

const std::string kId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";
const std::string kHeader = "00-" + kId + "-" + kSpan + "-01";

std::string state(std::initializer_list<std::string_view> headers) {
    return read_tracestate(std::vector<std::string_view>(headers));
}

TEST(Traceparent, IsReadAndWritten) {
    const auto read = read_traceparent(kHeader);
    ASSERT_TRUE(read);
    EXPECT_EQ(text(read->trace_id), kId);
    EXPECT_EQ(text(read->span_id), kSpan);
    EXPECT_TRUE(read->sampled);
    EXPECT_EQ(to_traceparent(*read), kHeader);
}

TEST(Traceparent, OnlyTheLastBitOfTheFlagsSaysSampled) {
    const std::string start = kHeader.substr(0, 53);
    EXPECT_FALSE(read_traceparent(start + "00")->sampled);
    EXPECT_FALSE(read_traceparent(start + "fe")->sampled);
    EXPECT_TRUE(read_traceparent(start + "03")->sampled);
    EXPECT_TRUE(read_traceparent(start + "ff")->sampled);
}

TEST(Traceparent, LaterVersionsAreReadAsFarAsTheirFirstFourParts) {
    EXPECT_TRUE(read_traceparent("cc" + kHeader.substr(2)));
    EXPECT_TRUE(read_traceparent("cc" + kHeader.substr(2) + "-what-comes-later"));
    EXPECT_FALSE(read_traceparent("cc" + kHeader.substr(2) + ".what"));
    EXPECT_FALSE(read_traceparent("ff" + kHeader.substr(2)));
}

TEST(Traceparent, MalformedOnesAreIgnored) {
    for (const std::string& header :
         {std::string(), kHeader + "-x", kHeader + "-", kHeader + " ", " " + kHeader,
          kHeader.substr(1), kHeader.substr(0, 54), "0x" + kHeader.substr(2),
          "00-" + std::string(32, '0') + "-" + kSpan + "-01",
          "00-" + kId + "-" + std::string(16, '0') + "-01", "00-" + kId + "-" + kSpan + "-0X",
          "00-" + kId + "-" + kSpan + "_01", "00_" + kId + "-" + kSpan + "-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01",
          "00-4bf92f3577b34da6a3ce929d0e0e473g-" + kSpan + "-01",
          "00-" + kId + kSpan + "-01-----------------"})
        EXPECT_FALSE(read_traceparent(header)) << header;
}

TEST(Tracestate, HeadersAreOneList) {
    EXPECT_EQ(state({"a=1,b=2"}), "a=1,b=2");
    EXPECT_EQ(state({"a=1", "b=2"}), "a=1,b=2");
    EXPECT_EQ(state({" a=1 ,\tb=2 , ,"}), "a=1,b=2");
    EXPECT_EQ(state({"fw529a3039@dt=FfIAAA==x"}), "");
    EXPECT_EQ(state({"fw529a3039@dt=Ff IAAA;x"}), "fw529a3039@dt=Ff IAAA;x");
    EXPECT_EQ(state({}), "");
}

TEST(Tracestate, MalformedListsAreIgnored) {
    for (const std::string_view header :
         {"a", "=1", "a=", "A=1", "a=1,a=2", "a b=1", "a=1;b=2=3", "_a=1", "a=\x01", "a=1,b"})
        EXPECT_EQ(state({header}), "") << header;
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += "k" + std::to_string(i) + "=1,";
    EXPECT_EQ(state({many}), "");
    EXPECT_EQ(state({std::string(257, 'k') + "=1"}), "");
    EXPECT_EQ(state({"k=" + std::string(257, 'v')}), "");
}

TEST(Tracestate, LongMembersMakeRoomFirst) {
    const std::string large = "large=" + std::string(200, 'v');
    const std::string small = "s1=" + std::string(120, 'v');
    const std::string list =
        large + "," + small + ",s2=" + std::string(120, 'v') + ",s3=" + std::string(120, 'v');
    const std::string kept = state({list});
    EXPECT_LE(kept.size(), 512U);
    EXPECT_EQ(kept.substr(0, small.size()), small);
    EXPECT_NE(kept.find("s3="), std::string::npos);
}

TEST(Ids, AreRandomHexadecimalDigits) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const TraceId id = new_trace_id();
        EXPECT_EQ(text(id).find_first_not_of("0123456789abcdef"), std::string_view::npos);
        seen.emplace(text(id));
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Choose, KeepsItsShare) {
    int chosen = 0;
    for (int i = 0; i < 100'000; ++i)
        chosen += choose(0.1) ? 1 : 0;
    EXPECT_NEAR(chosen, 10'000, 600);
    EXPECT_FALSE(choose(0));
    EXPECT_TRUE(choose(1));
}

}  // namespace
}  // namespace fraiseql::trace
