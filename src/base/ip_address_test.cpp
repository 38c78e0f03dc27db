// SPDX-License-Identifier: MIT
#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace fraiseql {
namespace {

bool is_in(const char* network, const char* address) {
    return contains(*read_network(network), *read_ip_address(address));
}

TEST(IpAddress, IsReadAndWritten) {
    for (const char* text : {"192.0.2.1", "2001:db8::1", "::1", "::", "0.0.0.0"})
        EXPECT_EQ(to_string(*read_ip_address(text)), text);
    EXPECT_EQ(read_ip_address("::ffff:192.0.2.1"), read_ip_address("192.0.2.1"));
}

TEST(IpAddress, IsNothingElse) {
    for (const char* text : {"", "192.0.2", "192.0.2.256", "1.2.3.4:80", "[::1]", "fe80::1%eth0",
                             "host", "0x7f.1", " 1.2.3.4", "192.0.2.1 "})
        EXPECT_FALSE(read_ip_address(text)) << text;
    EXPECT_FALSE(read_ip_address(std::string_view("1.2.3.4\0", 8)));
    EXPECT_FALSE(read_ip_address(std::string(1000, '1')));
}

TEST(Network, ContainsWhatBeginsWithItsBits) {
    EXPECT_TRUE(is_in("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(is_in("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(is_in("192.0.2.128/25", "192.0.2.129"));
    EXPECT_FALSE(is_in("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(is_in("192.0.2.1", "::ffff:192.0.2.1"));
    EXPECT_TRUE(is_in("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(is_in("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(is_in("::/0", "203.0.113.9"));
    EXPECT_TRUE(is_in("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(is_in("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(Network, IsRefusedWhereItIsNotClear) {
    for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                             "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/64", "everyone"})
        EXPECT_FALSE(read_network(text)) << text;
}

TEST(IpAddress, IsPrivateInsideOfAnOrganisation) {
    for (const char* text :
         {"127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.9.9", "fd00::1"})
        EXPECT_TRUE(is_private(*read_ip_address(text))) << text;
    for (const char* text : {"172.32.0.1", "8.8.8.8", "2001:db8::1", "::", "11.0.0.1"})
        EXPECT_FALSE(is_private(*read_ip_address(text))) << text;
}

}  // namespace
}  // namespace fraiseql
