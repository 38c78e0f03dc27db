// SPDX-License-Identifier: MIT
#include "fetch/fetch.hpp"

#include <gtest/gtest.h>

namespace fraiseql::fetch {
namespace {

TEST(CheckUrl, TakesHttpsAndThisMachine) {
    for (const char* url : {"https://example.org/jwks.json", "http://127.0.0.1:8080/",
                            "http://localhost/x?y", "http://[::1]:1/keys", "http://localhost"})
        EXPECT_TRUE(check_url(url)) << url;
}

TEST(CheckUrl, RefusesWhatOthersCouldChange) {
    for (const char* url :
         {"http://example.org/jwks.json", "http://127.0.0.1.example.org/", "file:///etc/passwd",
          "http://localhost@example.org/", "http://localhost:x@example.org/", "ftp://localhost/",
          "http://localhost.example.org", "http://[::1].example.org/", "HTTPS://example.org/", ""})
        EXPECT_FALSE(check_url(url)) << url;
}

TEST(Get, SaysWhyNot) {
    const auto refused = get("http://127.0.0.1:1/", {.time = std::chrono::seconds(2)});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::ServiceUnavailable);
    EXPECT_NE(refused.error().message.find("http://127.0.0.1:1/"), std::string::npos);
}

}  // namespace
}  // namespace fraiseql::fetch
