// SPDX-License-Identifier: MIT
#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace fraiseql::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string client_of(const char* peer, const Fields& fields,
                      Proxies::Header header = Proxies::Header::XForwardedFor) {
    const Proxies proxies{.trusted = {*read_network("10.0.0.0/8"), *read_network("2001:db8::/32")},
                          .header = header};
    Request request;
    request.set_line("GET", "/");
    request.set_peer(*read_ip_address(peer), false);
    for (const auto& [name, value] : fields)
        request.add_header(name, value);
    return to_string(client_address(proxies, request));
}

TEST(ClientAddress, IsThePeerWhereNoProxyIsTrusted) {
    EXPECT_EQ(client_of("192.0.2.1", {}), "192.0.2.1");
    EXPECT_EQ(client_of("192.0.2.1", {{"X-Forwarded-For", "198.51.100.7"}}), "192.0.2.1");
    EXPECT_EQ(client_of("10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientAddress, IsTheRightmostThatIsNoProxy) {
    EXPECT_EQ(client_of("10.0.0.1", {{"x-forwarded-for", "198.51.100.7"}}), "198.51.100.7");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 198.51.100.7 ,10.0.0.2"}}),
              "198.51.100.7");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"},
                                     {"X-Forwarded-For", "198.51.100.7, 10.9.9.9"}}),
              "198.51.100.7");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
    EXPECT_EQ(client_of("2001:db8::1", {{"X-Forwarded-For", "[2001:db9::7]:443"}}), "2001:db9::7");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7:1234"}}), "198.51.100.7");
}

TEST(ClientAddress, StopsAtWhatItCannotRead) {
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, unknown"}}), "10.0.0.1");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, , 10.0.0.2"}}), "10.0.0.2");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", ""}}), "10.0.0.1");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "[::1"}}), "10.0.0.1");
}

TEST(ClientAddress, LooksAtTheConfiguredHeaderOnly) {
    constexpr auto kForwarded = Proxies::Header::Forwarded;
    const Fields both = {{"X-Forwarded-For", "1.1.1.1"},
                         {"Forwarded", "for=9.9.9.9, By=x; For=\"[2001:db9::7]:80\";proto=https"}};
    EXPECT_EQ(client_of("10.0.0.1", both), "1.1.1.1");
    EXPECT_EQ(client_of("10.0.0.1", both, kForwarded), "2001:db9::7");
    EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "for=_hidden"}}, kForwarded), "10.0.0.1");
    EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "proto=https"}}, kForwarded), "10.0.0.1");
}

}  // namespace
}  // namespace fraiseql::http
