// SPDX-License-Identifier: MIT
#include "http/cookie.hpp"

#include <gtest/gtest.h>

namespace fraiseql::http {
namespace {

TEST(Cookie, IsFoundByItsWholeName) {
    EXPECT_EQ(find_cookie("a=1; b=2", "b"), "2");
    EXPECT_EQ(find_cookie("a=1;b=2", "a"), "1");
    EXPECT_EQ(find_cookie(" a = 1 ;", "a"), "1");
    EXPECT_EQ(find_cookie("a=\"x\"", "a"), "x");
    EXPECT_EQ(find_cookie("a=", "a"), "");
    EXPECT_EQ(find_cookie("a=b=c", "a"), "b=c");
    for (const char* none : {"", "aa=1", "A=1", "a", ";;;", "=1", "b=a=1", "b=\"a=1"})
        EXPECT_FALSE(find_cookie(none, "a")) << none;
}

TEST(Cookie, ValuesThatNoCookieMayHaveAreNone) {
    for (const char* bad : {"a=x y", "a=\"", "a=x,y", "a=x\\y", "a=\x7f", "a=\xc3\xa9", "a=\"x"})
        EXPECT_FALSE(find_cookie(bad, "a")) << bad;
}

TEST(Cookie, OfTwoNoneIsMeant) {
    Request request;
    request.set_line("GET", "/");
    request.add_header("Cookie", "a=1; b=2; a=3");
    EXPECT_FALSE(find_cookie(request, "a"));
    EXPECT_EQ(find_cookie(request, "b"), "2");
    request.add_header("Cookie", "c=4");
    EXPECT_FALSE(find_cookie(request, "b"));
}

TEST(Cookie, IsWrittenWithWhatProtectsIt) {
    const Header header = set_cookie("__Host-x", "v", "/", std::chrono::seconds(60));
    EXPECT_EQ(header.name, "Set-Cookie");
    EXPECT_EQ(header.value, "__Host-x=v; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace fraiseql::http
