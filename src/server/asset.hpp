// SPDX-License-Identifier: MIT
// Asset: a file that is served as it is.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace fraiseql::server {

/// Everything in it lives as long as the program.
struct Asset {
    std::string_view content_type;
    /// A strong entity tag in its quotes.
    std::string_view etag;
    std::string_view body;
    /// The same compressed by gzip; empty where there is none.
    std::string_view gzip_body = {};
};

/// Finds a page and what it loads, by path.
using FindAsset = std::function<std::optional<Asset>(std::string_view path)>;

/// Returns the asset, or that the client has it already; `policy` is its Content-Security-Policy.
http::Response answer_asset(const Asset& asset, const http::Request& request,
                            std::string_view policy);

/// Whether a list header, of entity tags or of codings, has `item`; weak tags count (RFC 9110
/// §13.1.2).
bool lists(std::optional<std::string_view> header, std::string_view item);

}  // namespace fraiseql::server
