// SPDX-License-Identifier: MIT
#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fraiseql {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool IpAddress::is_v4() const noexcept {
    return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

std::optional<IpAddress> read_ip_address(std::string_view text) {
    // No address is longer, and inet_pton() wants a zero at the end.
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    IpAddress out;
    if (inet_pton(AF_INET6, terminated.c_str(), out.bytes.data()) == 1) return out;
    std::copy(kMapped.begin(), kMapped.end(), out.bytes.begin());
    if (inet_pton(AF_INET, terminated.c_str(), out.bytes.data() + kMapped.size()) == 1) return out;
    return std::nullopt;
}

std::string to_string(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const bool v4 = address.is_v4();
    inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? kMapped.size() : 0), out.data(),
              static_cast<socklen_t>(out.size()));
    return out.data();
}

Result<Network> read_network(std::string_view text) {
    const auto refuse = [&](const char* why) {
        return fail(ErrorCode::Configuration, "\"" + std::string(text) + "\" " + why,
                    "Write it as 192.0.2.0/24, 2001:db8::/32, or as one address.");
    };
    const std::size_t slash = text.find('/');
    const auto address = read_ip_address(text.substr(0, slash));
    if (!address) return refuse("is not a network.");
    const std::uint8_t most = address->is_v4() ? 32 : 128;
    std::uint8_t bits = most;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
            bits > most)
            return refuse("has a prefix that is none.");
    }
    const Network out{*address, static_cast<std::uint8_t>(bits + (address->is_v4() ? 96 : 0))};
    if (network_of(*address, out.prefix).address != *address)
        return refuse("has bits behind its prefix.");
    return out;
}

bool contains(const Network& network, const IpAddress& address) noexcept {
    return network_of(address, network.prefix).address == network.address;
}

bool contains(const std::vector<Network>& networks, const IpAddress& address) noexcept {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& each) { return contains(each, address); });
}

bool is_private(const IpAddress& address) noexcept {
    static const std::vector<Network> kPrivate = [] {
        std::vector<Network> out;
        for (const char* text : {"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                 "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10"})
            out.push_back(*read_network(text));
        return out;
    }();
    return contains(kPrivate, address);
}

Network network_of(const IpAddress& address, std::uint8_t prefix) noexcept {
    Network out{address, prefix};
    for (std::size_t i = 0; i < out.address.bytes.size(); ++i) {
        const int kept = std::clamp(int{prefix} - static_cast<int>(i) * 8, 0, 8);
        out.address.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> static_cast<unsigned>(kept));
    }
    return out;
}

}  // namespace fraiseql
