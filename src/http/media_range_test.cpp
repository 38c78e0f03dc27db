// SPDX-License-Identifier: MIT
#include "http/media_range.hpp"

#include <gtest/gtest.h>

namespace fraiseql::http {
namespace {

TEST(MediaRange, ReadsTypeCharsetAndQuality) {
    const auto range =
        read_media_range(" application/json ; Charset=\"UTF-8\" ;a=\"b;q=0\"; q=0.25 ");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->type, "application/json");
    EXPECT_EQ(range->charset, "UTF-8");
    EXPECT_EQ(range->quality, 250);
    EXPECT_FALSE(read_media_range("json"));
    EXPECT_FALSE(read_media_range("/json"));
    EXPECT_FALSE(read_media_range(""));
}

TEST(MediaRange, ReadsQualitiesAsTheRfcWritesThem) {
    const std::vector<std::pair<const char*, int>> cases = {
        {"0", 0}, {"1", 1000}, {"0.", 0}, {"1.000", 1000}, {"0.001", 1}, {"0.5", 500}};
    for (const auto& [text, quality] : cases) {
        const auto range = read_media_range(std::string("a/b;q=") + text);
        ASSERT_TRUE(range) << text;
        EXPECT_EQ(range->quality, quality) << text;
    }
    for (const char* bad : {"2", "1.1", "0.1234", "-1", "x", "0,5", ""}) {
        EXPECT_FALSE(read_media_range(std::string("a/b;q=") + bad)) << bad;
    }
}

TEST(Accept, SkipsWhatIsMalformed) {
    const auto ranges = read_accept("text/html, nonsense,,a/b;x=\"c,d\", */*;q=0.1");
    ASSERT_EQ(ranges.size(), 3U);
    EXPECT_EQ(ranges[1].type, "a/b");
    EXPECT_EQ(ranges[2].quality, 100);
}

TEST(Accept, TheMostSpecificRangeDecides) {
    const auto ranges = read_accept("*/*;q=0.1, application/*;q=0.5, application/json;q=0");
    EXPECT_EQ(preference(ranges, "application/json").quality, 0);
    EXPECT_EQ(preference(ranges, "application/xml").quality, 500);
    EXPECT_EQ(preference(ranges, "text/html").quality, 100);
    EXPECT_FALSE(preference(ranges, "application/xml").exact);
    EXPECT_EQ(preference(read_accept("a/b;charset=utf-16"), "a/b").quality, 0);
}

}  // namespace
}  // namespace fraiseql::http
