// SPDX-License-Identifier: MIT
// GraphQL over HTTP (working draft): from an HTTP request to GraphQL parameters, and media types.
#pragma once

#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "json/value.hpp"

namespace fraiseql::server {

/// The parameters of a GraphQL request; views and values live in the request and the arena.
struct GraphqlRequest {
    std::string_view query;
    /// Empty where it was absent or null.
    std::string_view operation_name = {};
    /// An object, or nullptr where absent or null.
    const json::Value* variables = nullptr;
    const json::Value* extensions = nullptr;
    /// Sent with GET: mutations are refused, since GET must be safe (RFC 9110 §9.2.1).
    bool query_only = false;
};

/// The two media types of the specification for responses.
enum class MediaType { GraphqlResponseJson, Json };

/// Returns `application/…; charset=utf-8`.
std::string_view content_type(MediaType type) noexcept;

/// Chooses by the Accept header, quality and order; Json where there is none (the draft's rule for
/// clients from before it). NotAcceptable where it names neither.
Result<MediaType> choose_media_type(const http::Request& request);

/// Reads the parameters of a GET or POST request. Refuses other methods, content types, malformed
/// JSON, and parameters of the wrong type, each with what was expected.
Result<GraphqlRequest> read_graphql_request(const http::Request& request, Arena& arena);

/// Returns the HTTP status of a response: Json answers 200 whatever GraphQL says, while
/// GraphqlResponseJson answers with the code's status where nothing was executed.
int response_status(MediaType type, bool request_error, ErrorCode code) noexcept;

}  // namespace fraiseql::server
