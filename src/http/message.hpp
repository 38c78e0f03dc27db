// SPDX-License-Identifier: MIT
// The HTTP messages that a handler sees: a request it may read, a response it makes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runtime/payload.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// One header field; names compare without regard to case.
struct Header {
    std::string name;
    std::string value;
};

/// A request whose framing has been checked (RFC 9112): one Host, one way to find the body's end.
struct Request {
    std::string method;
    /// The part of the target before "?", as sent: not percent-decoded.
    std::string path;
    /// The part of the target after "?", as sent.
    std::string query;
    std::vector<Header> headers;
    std::string body;
    /// The address of the peer, for logs.
    std::string remote_address;

    /// Returns the value of the first field called `name`, or nullptr.
    const std::string* header(std::string_view name) const noexcept;
};

/// What a handler answers. Content-Length, Date and Connection are written by the server.
struct Response {
    int status = 200;
    std::vector<Header> headers;
    runtime::Payload body;
};

/// Makes a response with a Content-Type and a body.
Response make_response(int status, std::string_view content_type, std::string body);

/// Makes a response in the shape of a GraphQL request error, so that clients need only one reader:
/// {"errors":[{"message":…,"extensions":{"code":…,"hint":…}}]}. Status of the error's code.
Response make_error_response(const Error& error,
                             std::string_view content_type = "application/json; charset=utf-8");

/// Answers a request. `request` lives until the coroutine ends. It is cancelled (Asio cancellation)
/// when the client goes away, and its response is then dropped.
using Handler = std::function<runtime::Task<Response>(const Request& request)>;

/// Compares ASCII text without regard to case, as header names and media types do.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace fraiseql::http
