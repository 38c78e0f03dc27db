// SPDX-License-Identifier: MIT
#include "server/socket_request.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace fraiseql::server {

namespace {

/// Of the handshake alone, or of each operation.
constexpr std::array<std::string_view, 12> kOfOneMessage = {
    "Accept",         "Accept-Encoding",   "Cache-Control", "Connection",
    "Content-Length", "Content-Type",      "Expect",        "Idempotency-Key",
    "If-None-Match",  "Transfer-Encoding", "Upgrade",       "X-Request-Id"};

bool is_of_one_message(std::string_view name) {
    constexpr std::string_view kHandshake = "Sec-WebSocket-";
    return http::equal_ignoring_case(name.substr(0, kHandshake.size()), kHandshake) ||
           std::any_of(kOfOneMessage.begin(), kOfOneMessage.end(), [&](std::string_view each) {
               return http::equal_ignoring_case(each, name);
           });
}

bool says_who(std::string_view name) {
    return http::equal_ignoring_case(name, "Authorization") ||
           http::equal_ignoring_case(name, "Cookie");
}

/// Returns a request of the same client, with the headers that `wanted` lets through.
template <class Wanted>
http::Request copy(const http::Request& from, const Wanted& wanted,
                   std::string_view method = "POST", std::string_view target = "/graphql") {
    http::Request out;
    out.set_line(method, target);
    out.set_peer(from.peer(), from.encrypted());
    out.set_client(from.client());
    for (std::size_t i = 0; i < from.header_count(); ++i) {
        const http::Request::Field field = from.header_at(i);
        if (wanted(field.name)) out.add_header(field.name, field.value);
    }
    return out;
}

void read_authorization(const json::Value& object, std::vector<std::string>& out) {
    for (const json::Member& member : object.members)
        // What is no text is no token either, and is refused as such. Null says that there is none.
        if (http::equal_ignoring_case(member.name, "Authorization") && !member.value.is_null())
            out.emplace_back(member.value.text);
}

}  // namespace

http::Request socket_request(const http::Request& handshake) {
    http::Request out =
        copy(handshake, [](std::string_view name) { return !is_of_one_message(name); });
    out.add_header("Accept", "application/graphql-response+json");
    out.add_header("Content-Type", "application/json");
    return out;
}

http::Request stream_request(const http::Request& request) {
    std::string target(request.path());
    if (!request.query().empty()) target += '?' + std::string(request.query());
    http::Request out = copy(
        request,
        [](std::string_view name) {
            return !http::equal_ignoring_case(name, "Accept") &&
                   !http::equal_ignoring_case(name, "If-None-Match");
        },
        request.method(), target);
    out.add_header("Accept", "application/graphql-response+json");
    out.mutable_body() = request.body();
    return out;
}

http::Request with_body(const http::Request& request, std::string body) {
    http::Request out = copy(request, [](std::string_view) { return true; });
    out.mutable_body() = std::move(body);
    return out;
}

std::vector<std::string> read_authorization(const json::Value* payload) {
    std::vector<std::string> out;
    if (payload == nullptr) return out;
    read_authorization(*payload, out);
    const json::Value* headers = payload->find("headers");
    if (headers != nullptr && headers->is_object()) read_authorization(*headers, out);
    return out;
}

http::Request with_authorization(const http::Request& request,
                                 const std::vector<std::string>& authorization) {
    http::Request out = copy(request, [](std::string_view name) { return !says_who(name); });
    for (const std::string& each : authorization)
        out.add_header("Authorization", each);
    return out;
}

}  // namespace fraiseql::server
