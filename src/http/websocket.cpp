// SPDX-License-Identifier: MIT
#include "http/websocket.hpp"

#include <algorithm>
#include <utility>

namespace fraiseql::http {

using runtime::Clock;

WebSocket::WebSocket(std::shared_ptr<Duplex> duplex, const WebSocketSettings& settings,
                     WebSocketCodec::Receive receive)
    : duplex_(std::move(duplex)),
      settings_(settings),
      codec_(settings.max_message, std::move(receive)),
      outbox_(std::make_shared<Outbox>(duplex_)),
      heard_at_(Clock::now()),
      asked_at_(heard_at_) {}

runtime::Task<> WebSocket::run(std::shared_ptr<WebSocket> self) {
    while (!self->outbox_->ended() && !self->codec_.done()) {
        const std::string_view bytes = co_await self->duplex_->receive();
        if (bytes.empty()) break;
        self->heard_at_ = Clock::now();
        self->codec_.read(bytes);
        self->add_control();
    }
    self->outbox_->end();
}

void WebSocket::send(runtime::Payload message) {
    if (closing()) return;
    std::string head = WebSocketCodec::text_head(message.size());
    add(std::move(head), std::move(message));
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
    if (closing()) return;
    codec_.close(code, reason);
    add_control();
}

/// What was made by the codec goes behind the messages that are there already.
void WebSocket::add_control() {
    std::string frames = codec_.take_output();
    if (codec_.closing() && !closed_at_) closed_at_ = Clock::now();
    if (!frames.empty()) add(std::move(frames), {});
}

void WebSocket::add(std::string head, runtime::Payload body) {
    outbox_->add(std::move(head), std::move(body));
    // One message may be longer than that by itself.
    if (outbox_->queued() > settings_.max_queued && outbox_->message_count() > 1) give_up();
    outbox_->pump();
}

/// The frame that is under way has to be finished; all others are dropped for the close frame.
void WebSocket::give_up() {
    if (std::exchange(slow_, true)) return;
    outbox_->drop_waiting();
    codec_.close(kTryAgainLater, "The client takes too little of what is sent");
    add_control();
}

void WebSocket::tick(Clock::time_point now) {
    if (outbox_->ended()) return;
    const bool over = closed_at_ && now - *closed_at_ > settings_.close_timeout;
    if (over || now - heard_at_ > 2 * settings_.ping_interval) return duplex_->close();
    if (outbox_->blocked() && now - outbox_->taken_at() > settings_.send_timeout) return give_up();
    if (now - std::max(heard_at_, asked_at_) <= settings_.ping_interval) return;
    asked_at_ = now;
    codec_.ping();
    add_control();
}

}  // namespace fraiseql::http
