// SPDX-License-Identifier: MIT
// The request of HTTP that an operation over a WebSocket stands for.
#pragma once

#include <string>
#include <vector>

#include "http/message.hpp"
#include "json/value.hpp"

namespace fraiseql::server {

/// Returns a POST of JSON to /graphql with the headers of `handshake` that say something of the
/// client; no body.
http::Request socket_request(const http::Request& handshake);

/// Returns the request as one whose answer is JSON.
http::Request stream_request(const http::Request& request);

/// Returns the same with a body.
http::Request with_body(const http::Request& request, std::string body);

/// Returns what `payload`, of connection_init, has under `Authorization`, in any case: itself or
/// its member `headers`. May be nullptr.
std::vector<std::string> read_authorization(const json::Value* payload);

/// Returns the same request from whoever `authorization` is of: cookies count no more.
http::Request with_authorization(const http::Request& request,
                                 const std::vector<std::string>& authorization);

}  // namespace fraiseql::server
