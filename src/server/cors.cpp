// SPDX-License-Identifier: MIT
#include "server/cors.hpp"

#include <algorithm>

namespace fraiseql::server {

namespace {

constexpr const char* kMethods = "GET, POST, DELETE";
constexpr const char* kRequestHeaders =
    "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, X-CSRF-Token, "
    "traceparent, tracestate";
constexpr const char* kResponseHeaders =
    "ETag, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "X-Request-Id";
constexpr const char* kMaxAge = "7200";

tl::unexpected<Error> wrong(std::string message, std::string hint) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

/// Scheme, host in lower case, and a port where it is not the scheme's: nothing else ever equals
/// what a browser sends.
bool is_origin(std::string_view text) {
    const std::size_t at = text.find("://");
    if (at == std::string_view::npos || at == 0) return false;
    const std::string_view host = text.substr(at + 3);
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == ':' || c == '[' || c == ']' || c == '_';
    };
    const bool usual_port = (text.starts_with("https://") && host.ends_with(":443")) ||
                            (text.starts_with("http://") && host.ends_with(":80"));
    return !host.empty() && !usual_port && std::all_of(host.begin(), host.end(), fits) &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at),
                       [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '+'; });
}

bool is_on(const CorsSettings& settings) {
    return settings.any_origin || !settings.origins.empty();
}

bool admits(const CorsSettings& settings, std::string_view origin) {
    return settings.any_origin || std::find(settings.origins.begin(), settings.origins.end(),
                                            origin) != settings.origins.end();
}

/// Caches must not give one origin's answer to another: said even where there is no Origin.
void vary(http::Response& response) {
    for (http::Header& header : response.headers)
        if (header.name == "Vary") {
            header.value += ", Origin";
            return;
        }
    response.headers.push_back({"Vary", "Origin"});
}

bool add_origin(const CorsSettings& settings, const http::Request& request,
                http::Response& response) {
    if (!settings.any_origin) vary(response);
    const auto origin = request.header("Origin");
    if (!origin || request.count("Origin") != 1 || !admits(settings, *origin)) return false;
    response.headers.push_back(
        {"Access-Control-Allow-Origin", settings.any_origin ? "*" : std::string(*origin)});
    if (settings.credentials)
        response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
    return true;
}

}  // namespace

Result<CorsSettings> read_cors(const std::vector<std::string>& origins, bool credentials) {
    CorsSettings out{.credentials = credentials};
    if (credentials && origins.empty())
        return wrong("--cors-credentials is there, but no origin that could send them.",
                     "Name the origins with --cors-origin.");
    for (const std::string& origin : origins) {
        if (origin == "null")
            return wrong("--cors-origin null would let in any page in a sandbox.",
                         "Name the origin of the page itself.");
        if (origin == "*") {
            out.any_origin = true;
            continue;
        }
        if (!is_origin(origin))
            return wrong("--cors-origin: \"" + origin + "\" is not an origin.",
                         "Write it as a browser does, without a path: https://app.example or "
                         "http://localhost:3000.");
        out.origins.push_back(origin);
    }
    if (out.any_origin && !out.origins.empty())
        return wrong("--cors-origin * leaves nothing to the other origins.", "Keep one of both.");
    if (out.any_origin && credentials)
        return wrong("--cors-credentials with --cors-origin * would let any page act for its user.",
                     "Name the origins that may.");
    return out;
}

std::optional<http::Response> answer_preflight(const CorsSettings& settings,
                                               const http::Request& request) {
    const bool preflight = request.method() == "OPTIONS" && request.header("Origin") &&
                           request.header("Access-Control-Request-Method");
    if (!preflight || !is_on(settings)) return std::nullopt;
    http::Response response{.status = 204};
    if (!add_origin(settings, request, response)) return response;
    response.headers.push_back({"Access-Control-Allow-Methods", kMethods});
    response.headers.push_back({"Access-Control-Allow-Headers", kRequestHeaders});
    response.headers.push_back({"Access-Control-Max-Age", kMaxAge});
    return response;
}

void add_cors_headers(const CorsSettings& settings, const http::Request& request,
                      http::Response& response) {
    if (!is_on(settings) || !add_origin(settings, request, response)) return;
    response.headers.push_back({"Access-Control-Expose-Headers", kResponseHeaders});
}

}  // namespace fraiseql::server
