// SPDX-License-Identifier: MIT
// IP addresses and networks in CIDR notation (RFC 4291, RFC 4632), as values without sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql {

/// An IPv4 or IPv6 address; an IPv4 address is kept as the IPv6 address it is mapped to, so that
/// `::ffff:192.0.2.1` and `192.0.2.1` are one.
struct IpAddress {
    /// In network byte order.
    std::array<std::uint8_t, 16> bytes = {};

    bool operator==(const IpAddress&) const = default;
    bool is_v4() const noexcept;
};

/// Reads `192.0.2.1` or `2001:db8::1`, without brackets, port or zone; nullopt for all else.
std::optional<IpAddress> read_ip_address(std::string_view text);

/// Writes an address as read_ip_address() reads it.
std::string to_string(const IpAddress& address);

/// All addresses that begin with the same bits.
struct Network {
    IpAddress address = {};
    /// Bits of the 128: that of an IPv4 network is 96 more than what is written.
    std::uint8_t prefix = 128;

    bool operator==(const Network&) const = default;
};

/// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone. Configuration where it is neither,
/// or has bits behind the prefix.
Result<Network> read_network(std::string_view text);

/// Whether `address` is in `network`.
bool contains(const Network& network, const IpAddress& address) noexcept;

/// Whether `address` is in any of `networks`.
bool contains(const std::vector<Network>& networks, const IpAddress& address) noexcept;

/// Whether nobody outside of an organisation can have the address: this machine's own, private ones
/// (RFC 1918, RFC 4193) and those of a link.
bool is_private(const IpAddress& address) noexcept;

/// Returns the network of `prefix` bits (of 128) that `address` is in.
Network network_of(const IpAddress& address, std::uint8_t prefix) noexcept;

}  // namespace fraiseql
