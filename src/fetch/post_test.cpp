// SPDX-License-Identifier: MIT
#include "fetch/post.hpp"

#include <gtest/gtest.h>

namespace fraiseql::fetch {
namespace {

TEST(PostUrl, NamesAHostByHttpOrHttps) {
    for (const char* url : {"https://collector", "http://collector:4318", "http://10.0.0.1:4318/x",
                            "https://[::1]:4318"})
        EXPECT_TRUE(check_post_url(url)) << url;
    for (const char* url : {"", "collector:4318", "ftp://collector", "http://", "http://:4318",
                            "https:///x", "http://me:secret@collector", "http://me@collector"})
        EXPECT_FALSE(check_post_url(url)) << url;
}

TEST(Poster, SaysWhyNobodyAnswers) {
    // Port 9 is that of the discard protocol, which nobody runs.
    Poster poster({.url = "http://127.0.0.1:9/", .content_type = "text/plain"});
    const auto answer = poster.post("body");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::ServiceUnavailable);
}

}  // namespace
}  // namespace fraiseql::fetch
