// SPDX-License-Identifier: MIT
// The head of a response, as bytes (RFC 9112 §4).
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace fraiseql::http {

/// Appends the status line and all header fields, with the framing that `response` needs, and
/// `common` as it is: whole fields, each with its line end. Control characters in a field's value
/// become blanks, so that no value can add a field.
void write_response_head(std::string& out, const Response& response, std::string_view common,
                         bool keep_alive);

/// Whether a response of this status has a body at all (RFC 9110 §6.4.1).
bool has_body(int status) noexcept;

/// Returns `now` as an HTTP date: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t now);

}  // namespace fraiseql::http
