// SPDX-License-Identifier: MIT
// GraphQL over HTTP (working draft): from an HTTP request to GraphQL parameters, and media types.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "engine/prepared.hpp"
#include "http/message.hpp"
#include "json/value.hpp"

namespace fraiseql::server {

/// The two media types of the specification for responses.
enum class MediaType { GraphqlResponseJson, Json };

/// Returns `application/…; charset=utf-8`.
std::string_view content_type(MediaType type) noexcept;

/// Chooses by the Accept header: the type of the highest quality, of equals the one named first;
/// Json where there is no Accept or only wildcards match. NotAcceptable where neither may be sent.
Result<MediaType> choose_media_type(const http::Request& request);

/// Reads the parameters of a GET (or HEAD) or POST request. Refuses other methods, content types
/// other than JSON in UTF-8, malformed JSON, batches, and parameters of the wrong type, each with
/// what was expected. Views in the result live in `request` and `arena`.
Result<engine::Request> read_graphql_request(const http::Request& request, Arena& arena);

/// Returns how long the client waits, as `Request-Timeout` says in milliseconds; nothing where it
/// does not. BadRequest where that is no whole number above 0.
Result<std::optional<std::chrono::milliseconds>> read_timeout(const http::Request& request);

/// Returns the HTTP status of an answer: with Json 200 whatever GraphQL says of the document, with
/// GraphqlResponseJson the code's status where nothing was executed. What HTTP itself must know
/// (405, 503 and the like) is told to both.
int response_status(MediaType type, bool request_error, ErrorCode code) noexcept;

}  // namespace fraiseql::server
