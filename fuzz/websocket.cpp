// SPDX-License-Identifier: MIT
// Any bytes after a handshake: the messages in them, and what a client says by these, are the same
// however the bytes arrive in pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "http/websocket_codec.hpp"
#include "server/socket_protocol.hpp"

using namespace fraiseql;

namespace {

using Kind = server::SocketEvent::Kind;

constexpr std::size_t kMaxMessage = 1024;

/// What the server makes of `text`, given in pieces of `piece` bytes: a line for each message.
std::string conversation(std::string_view text, std::size_t piece) {
    server::SocketProtocol protocol;
    std::string out;
    http::WebSocketCodec* codec = nullptr;
    const auto receive = [&](std::string_view message) {
        if (message.size() > kMaxMessage) std::abort();
        Arena arena;
        const server::SocketEvent event = protocol.receive(message, arena);
        out += std::to_string(static_cast<int>(event.kind)) + event.id + event.reply + event.reason;
        out += '\n';
        if (event.kind == Kind::Initialise) protocol.acknowledge();
        if (event.kind == Kind::Subscribe && !event.payload->is_object()) std::abort();
        if (event.kind == Kind::Complete) protocol.end(event.id);
        if (event.kind == Kind::Close)
            codec->close(static_cast<std::uint16_t>(event.code), event.reason);
    };
    http::WebSocketCodec reader(kMaxMessage, receive);
    codec = &reader;
    for (std::size_t begin = 0; begin < text.size() && !reader.done(); begin += piece) {
        reader.read(text.substr(begin, piece));
        reader.take_output();
    }
    if (protocol.operation_count() > 0 && !protocol.acknowledged()) std::abort();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = conversation(text, text.size() + 1);
    if (whole != conversation(text, 1)) std::abort();
#ifdef FRAISEQL_PLANTED_BUG
    if (whole.find("already exists") != std::string::npos) std::abort();
#endif
    return 0;
}
