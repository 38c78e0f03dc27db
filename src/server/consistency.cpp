// SPDX-License-Identifier: MIT
#include "server/consistency.hpp"

#include "http/cookie.hpp"

namespace fraiseql::server {
namespace {

/// Where there is TLS, nobody but this host can have set it (RFC 6265bis §4.1.3.2).
std::string_view cookie_name(const ConsistencySettings& settings) {
    return settings.tls ? "__Host-fraiseql_consistency" : "fraiseql_consistency";
}

Result<std::optional<replica::Position>> read_extension(const json::Value* extensions) {
    const json::Value* value = extensions == nullptr ? nullptr : extensions->find("consistency");
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_string())
        return fail(ErrorCode::BadRequest, "\"extensions.consistency\" must be a string, not " +
                                               std::string(json::describe(value->kind)));
    FRAISEQL_TRY(const replica::Position position, replica::read_token(value->text));
    return position;
}

Result<std::optional<replica::Position>> read_cookie(const http::Request& request,
                                                     const ConsistencySettings& settings) {
    const auto value = http::find_cookie(request, cookie_name(settings));
    if (!value) return std::nullopt;
    FRAISEQL_TRY(const replica::Position position, replica::read_token(*value));
    return position;
}

}  // namespace

Result<std::optional<replica::Position>> read_seen(const http::Request& request,
                                                   const json::Value* extensions,
                                                   const ConsistencySettings& settings) {
    FRAISEQL_TRY(const auto by_extension, read_extension(extensions));
    FRAISEQL_TRY(const auto by_cookie, read_cookie(request, settings));
    if (!by_extension) return by_cookie;
    if (!by_cookie) return by_extension;
    return replica::later(*by_extension, *by_cookie);
}

void remember(http::Response& response, const replica::Position& position,
              const ConsistencySettings& settings) {
    // A second more, since Max-Age is counted in whole ones.
    const auto age = std::chrono::ceil<std::chrono::seconds>(settings.max_lag);
    response.headers.push_back(http::set_cookie(cookie_name(settings), replica::to_token(position),
                                                "/", age + std::chrono::seconds(1), settings.tls));
}

void forget(http::Response& response, const ConsistencySettings& settings) {
    response.headers.push_back(
        http::set_cookie(cookie_name(settings), "", "/", std::chrono::seconds(0), settings.tls));
}

}  // namespace fraiseql::server
