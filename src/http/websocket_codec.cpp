// SPDX-License-Identifier: MIT
#include "http/websocket_codec.hpp"

#include <sys/types.h>
// Needs ssize_t to be there.
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace fraiseql::http {

namespace {

constexpr std::size_t kLongestReason = 123;
/// Close, two bytes, 1002.
constexpr std::string_view kBrokenRule("\x88\x02\x03\xea", 4);

}  // namespace

struct WebSocketCodec::Callbacks {
    static ssize_t take(wslay_event_context* context, std::uint8_t* buffer, std::size_t size, int,
                        void* self) {
        std::string_view& input = static_cast<WebSocketCodec*>(self)->input_;
        if (input.empty()) {
            wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        const std::size_t taken = std::min(size, input.size());
        std::memcpy(buffer, input.data(), taken);
        input.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }

    static ssize_t give(wslay_event_context*, const std::uint8_t* bytes, std::size_t size, int,
                        void* self) {
        static_cast<WebSocketCodec*>(self)->output_.append(reinterpret_cast<const char*>(bytes),
                                                           size);
        return static_cast<ssize_t>(size);
    }

    static void message(wslay_event_context*, const wslay_event_on_msg_recv_arg* message,
                        void* self) {
        static_cast<WebSocketCodec*>(self)->received(
            message->opcode, {reinterpret_cast<const char*>(message->msg), message->msg_length});
    }
};

void WebSocketCodec::Free::operator()(wslay_event_context* context) const noexcept {
    wslay_event_context_free(context);
}

WebSocketCodec::WebSocketCodec(std::size_t max_message, Receive receive)
    : receive_(std::move(receive)) {
    const wslay_event_callbacks callbacks{.recv_callback = Callbacks::take,
                                          .send_callback = Callbacks::give,
                                          .genmask_callback = nullptr,
                                          .on_frame_recv_start_callback = nullptr,
                                          .on_frame_recv_chunk_callback = nullptr,
                                          .on_frame_recv_end_callback = nullptr,
                                          .on_msg_recv_callback = Callbacks::message};
    wslay_event_context* made = nullptr;
    if (wslay_event_context_server_init(&made, &callbacks, this) != 0) throw std::bad_alloc();
    context_.reset(made);
    wslay_event_config_set_max_recv_msg_length(made, max_message);
}

WebSocketCodec::~WebSocketCodec() = default;

void WebSocketCodec::received(std::uint8_t opcode, std::string_view message) {
    if (closing_) return;
    if (opcode == WSLAY_TEXT_FRAME) return receive_(message);
    if (opcode == WSLAY_BINARY_FRAME) close(kUnsupportedData, "Messages are text");
}

void WebSocketCodec::read(std::string_view bytes) {
    if (done_) return;
    input_ = bytes;
    const int result = wslay_event_recv(context_.get());
    input_ = {};
    if (result != 0 && !closing_) {
        // In place of what wslay would send, which has no status.
        take_output();
        output_ = kBrokenRule;
    }
    done_ = result != 0 || wslay_event_want_read(context_.get()) == 0;
    closing_ = closing_ || done_;
}

void WebSocketCodec::ping() {
    if (closing_) return;
    const wslay_event_msg message{.opcode = WSLAY_PING, .msg = nullptr, .msg_length = 0};
    wslay_event_queue_msg(context_.get(), &message);
}

void WebSocketCodec::close(std::uint16_t code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    reason = reason.substr(0, kLongestReason);
    // Not in the middle of a character.
    while (!reason.empty() && (static_cast<unsigned char>(reason.back()) & 0x80U) != 0)
        reason.remove_suffix(1);
    wslay_event_queue_close(context_.get(), code,
                            reinterpret_cast<const std::uint8_t*>(reason.data()), reason.size());
}

std::string WebSocketCodec::take_output() {
    if (wslay_event_want_write(context_.get()) != 0) wslay_event_send(context_.get());
    return std::exchange(output_, {});
}

std::string WebSocketCodec::text_head(std::size_t size) {
    // Final, text; then the length, in as few bytes as will do (RFC 6455 §5.2).
    std::string out(1, '\x81');
    const auto append = [&](int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            out += static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xffU);
    };
    if (size < 126) {
        append(1);
    } else if (size <= 0xffff) {
        out += '\x7e';
        append(2);
    } else {
        out += '\x7f';
        append(8);
    }
    return out;
}

}  // namespace fraiseql::http
