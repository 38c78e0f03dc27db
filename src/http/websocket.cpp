// SPDX-License-Identifier: MIT
#include "http/websocket.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace fraiseql::http {

using runtime::Clock;

WebSocket::WebSocket(std::shared_ptr<Duplex> duplex, const WebSocketSettings& settings,
                     WebSocketCodec::Receive receive)
    : duplex_(std::move(duplex)),
      settings_(settings),
      codec_(settings.max_message, std::move(receive)),
      taken_at_(Clock::now()),
      heard_at_(taken_at_),
      asked_at_(taken_at_) {}

runtime::Task<> WebSocket::run(std::shared_ptr<WebSocket> self) {
    while (!self->ended_ && !self->codec_.done()) {
        const std::string_view bytes = co_await self->duplex_->receive();
        if (bytes.empty()) break;
        self->heard_at_ = Clock::now();
        self->codec_.read(bytes);
        self->add_control();
        self->pump();
    }
    self->end();
}

void WebSocket::end() {
    ended_ = true;
    queue_.clear();
    rest_.clear();
    queued_ = 0;
}

void WebSocket::send(runtime::Payload message) {
    if (closing()) return;
    std::string head = WebSocketCodec::text_head(message.size());
    add(std::move(head), std::move(message));
    pump();
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
    if (closing()) return;
    codec_.close(code, reason);
    add_control();
    pump();
}

/// What was made by the codec goes behind the messages that are there already.
void WebSocket::add_control() {
    if (ended_) return;
    std::string frames = codec_.take_output();
    if (codec_.closing() && !closed_at_) closed_at_ = Clock::now();
    if (!frames.empty()) add(std::move(frames), {});
}

void WebSocket::add(std::string head, runtime::Payload body) {
    queued_ += head.size() + body.size();
    queue_.push_back({std::move(head), std::move(body)});
    if (queued_ > settings_.max_queued && !slow_ && queue_.size() > 1) give_up();
}

/// The frame that is under way has to be finished; all others are dropped for the close frame.
void WebSocket::give_up() {
    slow_ = true;
    while (queue_.size() > 1) {
        queued_ -= queue_.back().head.size() + queue_.back().body.size();
        queue_.pop_back();
    }
    codec_.close(kTryAgainLater, "The client takes too little of what is sent");
    add_control();
}

void WebSocket::begin_frame() {
    const Frame& frame = queue_.front();
    rest_.emplace_back(frame.head.data(), frame.head.size());
    for (std::size_t i = 0; i < frame.body.segment_count(); ++i) {
        const std::string_view segment = frame.body.segment(i);
        if (!segment.empty()) rest_.emplace_back(segment.data(), segment.size());
    }
}

bool WebSocket::write() {
    while (!queue_.empty()) {
        if (rest_.empty()) begin_frame();
        const std::size_t before = boost::asio::buffer_size(rest_);
        const Stream::Outcome outcome = duplex_->write(rest_);
        if (boost::asio::buffer_size(rest_) != before) taken_at_ = Clock::now();
        if (outcome == Stream::Outcome::WouldBlock) return true;
        if (outcome == Stream::Outcome::Failed) {
            end();
            duplex_->close();
            return false;
        }
        rest_.clear();
        queued_ -= queue_.front().head.size() + queue_.front().body.size();
        queue_.pop_front();
    }
    return false;
}

void WebSocket::pump() {
    if (flushing_ || ended_) return;
    taken_at_ = Clock::now();
    if (!write()) return;
    flushing_ = true;
    boost::asio::co_spawn(duplex_->executor(), flush(shared_from_this()), boost::asio::detached);
}

runtime::Task<> WebSocket::flush(std::shared_ptr<WebSocket> self) {
    bool waits = true;
    while (waits) {
        const bool more = co_await self->duplex_->writable();
        if (!more || self->ended_) break;
        waits = self->write();
    }
    self->flushing_ = false;
}

void WebSocket::tick(Clock::time_point now) {
    if (ended_) return;
    const bool over = closed_at_ && now - *closed_at_ > settings_.close_timeout;
    if (over || now - heard_at_ > 2 * settings_.ping_interval) return duplex_->close();
    if (flushing_ && !slow_ && now - taken_at_ > settings_.send_timeout) return give_up();
    if (now - std::max(heard_at_, asked_at_) <= settings_.ping_interval) return;
    asked_at_ = now;
    codec_.ping();
    add_control();
    pump();
}

}  // namespace fraiseql::http
