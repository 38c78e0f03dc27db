// SPDX-License-Identifier: MIT
#include "http/outbox.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string_view>
#include <utility>

namespace fraiseql::http {

using runtime::Clock;

Outbox::Outbox(std::shared_ptr<Duplex> duplex)
    : duplex_(std::move(duplex)), taken_at_(Clock::now()) {}

void Outbox::add(std::string head, runtime::Payload body) {
    if (ended_) return;
    queued_ += head.size() + body.size();
    queue_.push_back({std::move(head), std::move(body)});
}

void Outbox::drop_waiting() {
    while (queue_.size() > (begun_ ? 1 : 0)) {
        queued_ -= queue_.back().head.size() + queue_.back().body.size();
        queue_.pop_back();
    }
}

void Outbox::end() {
    ended_ = true;
    queue_.clear();
    rest_.clear();
    queued_ = 0;
}

void Outbox::begin() {
    begun_ = true;
    const Message& message = queue_.front();
    rest_.assign(1, boost::asio::const_buffer(message.head.data(), message.head.size()));
    for (std::size_t i = 0; i < message.body.segment_count(); ++i) {
        const std::string_view segment = message.body.segment(i);
        if (!segment.empty()) rest_.emplace_back(segment.data(), segment.size());
    }
}

bool Outbox::write() {
    while (!queue_.empty()) {
        if (!begun_) begin();
        const std::size_t before = boost::asio::buffer_size(rest_);
        const Stream::Outcome outcome = duplex_->write(rest_);
        if (outcome != Stream::Outcome::WouldBlock || boost::asio::buffer_size(rest_) != before)
            taken_at_ = Clock::now();
        if (outcome == Stream::Outcome::WouldBlock) return true;
        if (outcome == Stream::Outcome::Failed) {
            end();
            duplex_->close();
            return false;
        }
        begun_ = false;
        queued_ -= queue_.front().head.size() + queue_.front().body.size();
        queue_.pop_front();
    }
    return false;
}

void Outbox::pump() {
    if (flushing_ || ended_) return;
    taken_at_ = Clock::now();
    if (!write()) return;
    flushing_ = true;
    boost::asio::co_spawn(duplex_->executor(), flush(shared_from_this()), boost::asio::detached);
}

runtime::Task<> Outbox::flush(std::shared_ptr<Outbox> self) {
    bool waits = true;
    while (waits) {
        const bool more = co_await self->duplex_->writable();
        if (!more || self->ended_) break;
        waits = self->write();
    }
    self->flushing_ = false;
}

}  // namespace fraiseql::http
