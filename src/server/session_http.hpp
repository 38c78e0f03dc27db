// SPDX-License-Identifier: MIT
// Sessions over HTTP: the resources under /auth, for browsers. Tokens are cookies that no script
// can read.
#pragma once

#include <string_view>

#include "server/sessions.hpp"

namespace fraiseql::server {

/// Sent with every request.
inline constexpr std::string_view kAccessCookie = "__Host-fraiseql_access";
/// Sent to /auth only.
inline constexpr std::string_view kRefreshCookie = "__Secure-fraiseql_refresh";

/// Answers a request whose path begins with /auth/. `principal` is who asks, nullptr where the
/// resource does not need to know; see needs_principal().
runtime::Task<http::Response> answer_session(Sessions& sessions, const http::Request& request,
                                             const auth::Principal* principal);

/// Whether the resource is one that shows or ends the sessions of who asks.
bool needs_principal(const http::Request& request);

/// Fails (Forbidden) where a page of another site may have made the browser send the request. Where
/// nobody says so, only requests that bring no cookies are let through (`has_cookie`).
Result<void> check_source(const http::Request& request, const SessionSettings& settings,
                          bool has_cookie);

}  // namespace fraiseql::server
