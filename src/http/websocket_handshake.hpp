// SPDX-License-Identifier: MIT
// The opening handshake of a WebSocket (RFC 6455 §4.2).
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace fraiseql::http {

/// Whether the request asks to speak WebSocket, rightly or not.
bool wants_websocket(const Request& request);

/// Whether the client offers the subprotocol `name`.
bool offers_subprotocol(const Request& request, std::string_view name);

/// Returns the 101 that begins it, with `subprotocol` unless that is empty; Response::upgrade is
/// the caller's to set. Where the request breaks a rule: the response that says so.
Response accept_websocket(const Request& request, std::string_view subprotocol);

}  // namespace fraiseql::http
