// SPDX-License-Identifier: MIT
#include "http/websocket_handshake.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fraiseql::http {
namespace {

Request handshake() {
    Request request;
    request.set_line("GET", "/graphql");
    request.add_header("Connection", "keep-alive, Upgrade");
    request.add_header("Upgrade", "websocket");
    request.add_header("Sec-WebSocket-Protocol", "other, graphql-transport-ws");
    return request;
}

std::string header_of(const Response& response, std::string_view name) {
    for (const Header& header : response.headers)
        if (header.name == name) return header.value;
    return "";
}

TEST(WebSocketHandshakeTest, AcceptsAsTheExampleOfTheRfc) {
    Request request = handshake();
    request.add_header("Sec-WebSocket-Version", "13");
    request.add_header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    EXPECT_TRUE(wants_websocket(request));
    EXPECT_TRUE(offers_subprotocol(request, "graphql-transport-ws"));
    EXPECT_FALSE(offers_subprotocol(request, "graphql-ws"));
    const Response response = accept_websocket(request, "graphql-transport-ws");
    EXPECT_EQ(response.status, 101);
    EXPECT_EQ(header_of(response, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(header_of(response, "Sec-WebSocket-Protocol"), "graphql-transport-ws");
}

TEST(WebSocketHandshakeTest, RefusesOtherVersions) {
    Request request = handshake();
    request.add_header("Sec-WebSocket-Version", "8");
    request.add_header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    const Response response = accept_websocket(request, "");
    EXPECT_EQ(response.status, 426);
    EXPECT_EQ(header_of(response, "Sec-WebSocket-Version"), "13");
}

TEST(WebSocketHandshakeTest, RefusesKeysThatAreNone) {
    for (const char* key :
         {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZWFh"}) {
        Request request = handshake();
        request.add_header("Sec-WebSocket-Version", "13");
        request.add_header("Sec-WebSocket-Key", key);
        EXPECT_EQ(accept_websocket(request, "").status, 400) << key;
    }
}

}  // namespace
}  // namespace fraiseql::http
