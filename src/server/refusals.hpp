// SPDX-License-Identifier: MIT
// What HTTP itself answers where a request comes to no result: refusals, and who may keep them.
#pragma once

#include <string_view>

#include "auth/authenticator.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

namespace fraiseql::server {

/// Whether the request only reads: its method is GET or HEAD.
bool reads(const http::Request& request);

/// No cache keeps the response (RFC 9111 §5.2.2.5).
void never_store(http::Response& response);

/// An error that HTTP has to tell: the request never became a GraphQL request.
http::Response refuse(const Error& error, std::string_view type);

/// Always 401, whatever the media type: HTTP's own authentication (RFC 6750 §3).
http::Response refuse_token(const auth::Refusal& refusal, std::string_view type);

http::Response refuse_admin(const Error& error);

/// 405; `allowed` are the methods, as Allow lists them (RFC 9110 §10.2.1).
http::Response method_not_allowed(const http::Request& request, std::string_view allowed);

/// 404.
http::Response not_found(const http::Request& request);

}  // namespace fraiseql::server
