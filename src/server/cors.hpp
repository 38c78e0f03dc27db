// SPDX-License-Identifier: MIT
// CORS: which pages of other origins a browser lets read answers (Fetch standard §3.3).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace fraiseql::server {

struct CorsSettings {
    /// Exact origins: `https://app.example`. Empty: pages of other origins read nothing.
    std::vector<std::string> origins = {};
    /// Every origin, in place of those: for a public API without cookies.
    bool any_origin = false;
    /// Browsers may send cookies with such requests.
    bool credentials = false;
};

/// Reads origins as a browser writes them, or a single `*`. Configuration where one is not an
/// origin, is `null` (any sandboxed page), or where `*` or nothing would get credentials.
Result<CorsSettings> read_cors(const std::vector<std::string>& origins, bool credentials);

/// Returns the answer to a preflight request (OPTIONS with Origin and
/// Access-Control-Request-Method); nothing where `request` is none, or CORS is off.
std::optional<http::Response> answer_preflight(const CorsSettings& settings,
                                               const http::Request& request);

/// Adds to `response` what lets the page read it that sent `request`, if it may.
void add_cors_headers(const CorsSettings& settings, const http::Request& request,
                      http::Response& response);

}  // namespace fraiseql::server
