// SPDX-License-Identifier: MIT
// http_request and http_response: what a program and its server hand to each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// One header field of a message.
struct http_header {
    std::string name;
    std::string value;
};

/// A request with its whole body.
struct http_request {
    std::string method = "GET";
    /// Path and query as they were sent: `/graphql?query=…`.
    std::string target = "/";
    std::vector<http_header> headers = {};
    std::string body = {};
    /// The IP address at the other end of the connection, a client's or a proxy's; limits and
    /// allow lists go by it.
    std::string peer = {};
    /// Whether it came by TLS.
    bool encrypted = false;

    /// Returns the value of a header that is there once, whatever case its name is in; else
    /// nothing.
    FRAISEQL_EXPORT std::optional<std::string_view> header(std::string_view name) const;
    /// The target up to its `?`, not percent-decoded.
    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
    /// What follows the `?`; empty where there is none.
    std::string_view query() const {
        const std::size_t mark = target.find('?');
        return mark == std::string::npos ? std::string_view()
                                         : std::string_view(target).substr(mark + 1);
    }
};

/// An answer with its whole body; Content-Length and Date are for whoever sends it.
struct http_response {
    int status = 200;
    std::vector<http_header> headers = {};
    std::string body = {};
};

}  // namespace fraiseql
