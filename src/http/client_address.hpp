// SPDX-License-Identifier: MIT
// Who sends a request, where proxies stand between: as far as trusted proxies vouch for it.
#pragma once

#include <vector>

#include "base/ip_address.hpp"
#include "http/message.hpp"

namespace fraiseql::http {

/// Which proxies are believed, and in which header they say whom they speak for.
struct Proxies {
    enum class Header { XForwardedFor, Forwarded };

    std::vector<Network> trusted = {};
    /// The other header is never looked at: a proxy that sets one lets the other through.
    Header header = Header::XForwardedFor;
};

/// Returns the last address that a trusted proxy has seen and that is not itself one: from the
/// right, since everything to the left of that was written by whoever has that address. What a
/// proxy says and we cannot read leaves the proxy's own address.
IpAddress client_address(const Proxies& proxies, const Request& request);

/// Whether the request says that it came through a proxy.
bool is_forwarded(const Request& request);

}  // namespace fraiseql::http
