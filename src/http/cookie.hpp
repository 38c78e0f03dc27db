// SPDX-License-Identifier: MIT
// Cookies (RFC 6265): reading those of a request, and writing one into a response.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace fraiseql::http {

/// Returns the value of the cookie `name` in a Cookie header: the first of that name, without the
/// quotes around it. Nothing where there is none, or where its value has a character that no cookie
/// may have (RFC 6265 §4.1.1).
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

/// Returns the same of a request. Nothing where several Cookie headers, or several cookies of one
/// name, leave open which one is meant.
std::optional<std::string_view> find_cookie(const Request& request, std::string_view name);

/// Returns a Set-Cookie header of a cookie that scripts cannot read and that other sites do not
/// make browsers send; `max_age` 0 removes it. Browsers keep a `secure` one where there is TLS, or
/// on their own machine.
Header set_cookie(std::string_view name, std::string_view value, std::string_view path,
                  std::chrono::seconds max_age, bool secure = true);

}  // namespace fraiseql::http
