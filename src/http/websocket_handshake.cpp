// SPDX-License-Identifier: MIT
#include "http/websocket_handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <optional>
#include <string>

namespace fraiseql::http {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr const char* kVersion = "13";
/// 16 bytes in base64.
constexpr std::size_t kKeySize = 24;

/// Calls `visit` with each element of a list header, of all its fields.
template <class Visit>
void for_each_element(const Request& request, std::string_view name, const Visit& visit) {
    for (std::size_t i = 0; i < request.header_count(); ++i) {
        const Request::Field field = request.header_at(i);
        if (!equal_ignoring_case(field.name, name)) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            std::string_view element = rest.substr(0, comma);
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
            while (!element.empty() && (element.front() == ' ' || element.front() == '\t'))
                element.remove_prefix(1);
            while (!element.empty() && (element.back() == ' ' || element.back() == '\t'))
                element.remove_suffix(1);
            if (!element.empty()) visit(element);
        }
    }
}

bool has_token(const Request& request, std::string_view name, std::string_view token) {
    bool found = false;
    for_each_element(request, name, [&](std::string_view element) {
        found = found || equal_ignoring_case(element, token);
    });
    return found;
}

/// Whether it is base64 of 16 bytes.
bool is_key(std::string_view key) {
    if (key.size() != kKeySize || !key.ends_with("==")) return false;
    std::array<unsigned char, kKeySize> bytes = {};
    return EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(key.data()),
                           static_cast<int>(key.size())) == 18;
}

std::string accept_of(std::string_view key) {
    const std::string text = std::string(key) + std::string(kGuid);
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest = {};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 29> out = {};
    const int size = EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size)};
}

Response refuse(std::string message) {
    return make_error_response({.code = ErrorCode::BadRequest, .message = std::move(message)});
}

}  // namespace

bool wants_websocket(const Request& request) { return has_token(request, "Upgrade", "websocket"); }

bool offers_subprotocol(const Request& request, std::string_view name) {
    bool found = false;
    // Names of subprotocols are compared as they are (RFC 6455 §11.3.4).
    for_each_element(request, "Sec-WebSocket-Protocol",
                     [&](std::string_view element) { found = found || element == name; });
    return found;
}

Response accept_websocket(const Request& request, std::string_view subprotocol) {
    if (request.method() != "GET")
        return refuse("A WebSocket begins with GET, not " + std::string(request.method()));
    if (!has_token(request, "Connection", "Upgrade"))
        return refuse("A WebSocket begins with Connection: Upgrade");
    const auto version = request.header("Sec-WebSocket-Version");
    if (!version || *version != kVersion || request.count("Sec-WebSocket-Version") != 1) {
        Response response = refuse("The version of WebSocket must be 13");
        response.status = 426;
        response.headers.push_back({"Sec-WebSocket-Version", kVersion});
        return response;
    }
    const auto key = request.header("Sec-WebSocket-Key");
    if (!key || request.count("Sec-WebSocket-Key") != 1 || !is_key(*key))
        return refuse("Sec-WebSocket-Key must be 16 bytes in base64");
    if (!request.body().empty()) return refuse("A WebSocket begins without a body");
    Response response{.status = 101};
    response.headers = {{"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Accept", accept_of(*key)}};
    if (!subprotocol.empty())
        response.headers.push_back({"Sec-WebSocket-Protocol", std::string(subprotocol)});
    return response;
}

}  // namespace fraiseql::http
