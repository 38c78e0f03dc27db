// SPDX-License-Identifier: MIT
#include "http/message.hpp"

#include <gtest/gtest.h>

#include "http/listener.hpp"
#include "http/response_head.hpp"

namespace fraiseql::http {
namespace {

TEST(Request, KeepsItsTextWhenMoved) {
    Request request;
    request.set_line("GET", "/?");
    request.add_header("A", "b");
    request.add_header("a", "c");
    const Request moved = std::move(request);
    EXPECT_EQ(moved.method(), "GET");
    EXPECT_EQ(moved.path(), "/");
    EXPECT_EQ(moved.query(), "");
    EXPECT_EQ(moved.header("a").value_or("none"), "b");
    EXPECT_EQ(moved.count("A"), 2U);
    EXPECT_EQ(moved.header_at(1).value, "c");
}

TEST(Response, ShowsAnErrorAsGraphqlDoes) {
    Error error{.code = ErrorCode::NotFound, .message = "No \"x\"", .hint = "Try y"};
    error.extensions.emplace_back("reference", "r1");
    const Response response = make_error_response(error);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body.str(), R"({"errors":[{"message":"No \"x\"","extensions":)"
                                   R"({"code":"NOT_FOUND","hint":"Try y","reference":"r1"}}]})");
}

TEST(ResponseHead, WritesTheFramingAndLetsNoValueAddAField) {
    Response response = make_response(200, "text/plain", "hello");
    response.headers.push_back({"X-Evil", "a\r\nSet-Cookie: b"});
    std::string out;
    write_response_head(out, response, "Date: today\r\n", true);
    EXPECT_EQ(out,
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Evil: a  Set-Cookie: b\r\n"
              "Content-Length: 5\r\nDate: today\r\nConnection: keep-alive\r\n\r\n");
    out.clear();
    write_response_head(out, {.status = 204}, "Date: today\r\n", false);
    EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: today\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, WritesDatesAsTheRfcDoes) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Address, IsReadWithBracketsForIpv6) {
    EXPECT_EQ(read_address("127.0.0.1:80")->host, "127.0.0.1");
    EXPECT_EQ(read_address("127.0.0.1:80")->port, 80);
    EXPECT_EQ(read_address("[::1]:8080")->host, "::1");
    EXPECT_EQ(read_address(":8080")->host, "0.0.0.0");
    for (const char* bad :
         {"", "8080", "host", "host:", "host:x", "host:70000", "::1:80", "h:8 "}) {
        const auto read = read_address(bad);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code, ErrorCode::Configuration);
    }
}

}  // namespace
}  // namespace fraiseql::http
