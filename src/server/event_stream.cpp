// SPDX-License-Identifier: MIT
#include "server/event_stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "http/media_range.hpp"
#include "server/socket_request.hpp"

namespace fraiseql::server {

namespace {

using runtime::Task;

constexpr std::string_view kEvents = "text/event-stream";
using http::kJson;
/// A comment: proxies see that the connection is alive.
constexpr std::string_view kStillHere = ":\n\n";

}  // namespace

bool wants_events(const http::Request& request) {
    if (request.method() != "POST" && request.method() != "GET") return false;
    const auto accept = request.header("Accept");
    if (!accept || request.count("Accept") != 1) return false;
    const auto ranges = http::read_accept(*accept);
    const auto quality = [&](std::string_view type) {
        const auto preference = http::preference(ranges, type);
        return preference.exact ? preference.quality : 0;
    };
    return quality(kEvents) > 0 && quality("application/json") <= 0 &&
           quality("application/graphql-response+json") <= 0;
}

http::Response EventStream::open(SocketHost& host, const http::Request& request) {
    http::Response response;
    response.headers = {{"Content-Type", "text/event-stream; charset=utf-8"},
                        {"Cache-Control", "no-store"},
                        // nginx would keep events until there are enough of them.
                        {"X-Accel-Buffering", "no"}};
    response.upgrade = std::make_shared<EventStream>(host, request);
    return response;
}

EventStream::EventStream(SocketHost& host, const http::Request& request)
    : host_(host),
      settings_(host.socket_settings()),
      counts_(settings_.counts),
      request_(stream_request(request)),
      spoke_at_(runtime::Clock::now()) {
    ++counts_->streams;
}

EventStream::~EventStream() { --counts_->streams; }

Task<> EventStream::run([[maybe_unused]] std::shared_ptr<http::Protocol> self,
                        std::shared_ptr<http::Duplex> duplex) {
    duplex_ = duplex;
    outbox_ = std::make_shared<http::Outbox>(duplex);
    const auto own = shared_from_this();
    // Holds the stream, since the signal must outlive the coroutine.
    auto ended = [own](const std::exception_ptr&) {};
    boost::asio::co_spawn(duplex->executor(), operate(own),
                          boost::asio::bind_cancellation_slot(cancel_.slot(), std::move(ended)));
    // What the client still says is of no interest, but that it goes.
    std::string_view bytes(" ");
    if (finished_) bytes = {};
    while (!bytes.empty())
        bytes = co_await duplex->receive();
    finished_ = true;
    leave();
    outbox_->end();
    outbox_.reset();
    duplex_.reset();
    cancel_.emit(boost::asio::cancellation_type::terminal);
}

Task<> EventStream::operate(std::shared_ptr<EventStream> self) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    engine::Live live{.number = self->number()};
    const http::Response response = co_await self->host_.execute_safely(self->request_, &live);
    if (self->finished_) co_return;
    if (response.status != 200 || live.key.empty()) {
        self->send("next", response.body.str());
        self->finish();
        co_return;
    }
    auto identity = co_await self->host_.identification().identify(self->request_, kJson);
    if (self->finished_) co_return;
    if (identity) {
        self->follow(live, self->host_.identification().admit(std::move(*identity)));
    } else {
        self->send("next", identity.error().body.str());
        self->finish();
    }
}

void EventStream::follow(const engine::Live& facts, Identification::Admitted who) {
    who_ = std::move(who);
    if (const auto refused = place_.take(settings_.subscriptions, who_.principal.get(), request_)) {
        send("next", http::make_error_response(*refused).body.str());
        return finish();
    }
    ++counts_->subscriptions;
    host_.live_queries().join(shared_from_this(), facts);
}

Task<LiveAnswer> EventStream::execute(bool run) { return host_.execute_live(request_, *this, run); }

void EventStream::deliver(const std::shared_ptr<const std::string>& body) {
    if (!outbox_ || finished_) return;
    if (outbox_->blocked()) {
        if (std::exchange(pending_, body)) ++counts_->superseded;
        return;
    }
    ++counts_->events;
    send("next", *body);
}

bool EventStream::takes_more() const {
    return outbox_ && !finished_ && !pending_ && !outbox_->blocked();
}

void EventStream::refuse(std::string_view body) {
    send("next", body);
    finish();
}

/// A line break inside JSON, which may be there as white space, would end the line of the event.
void EventStream::send(std::string_view event, std::string_view data) {
    if (!outbox_) return;
    std::string out = "event: ";
    out += event;
    out += "\ndata: ";
    for (const char c : data) {
        if (c == '\r') continue;
        out += c;
        if (c == '\n') out += "data: ";
    }
    out += "\n\n";
    spoke_at_ = runtime::Clock::now();
    outbox_->add(std::move(out), {});
    outbox_->pump();
}

/// The connection is closed when the end is written.
void EventStream::finish() {
    if (std::exchange(finished_, true)) return;
    leave();
    send("complete", "");
    if (outbox_ && !outbox_->blocked()) duplex_->close();
}

void EventStream::leave() {
    if (!place_.taken()) return;
    host_.live_queries().leave(*this);
    place_.leave();
    --counts_->subscriptions;
}

void EventStream::tick(runtime::Clock::time_point now) {
    if (!outbox_) return;
    const http::WebSocketSettings& bounds = settings_.websocket;
    if (outbox_->blocked()) {
        if (now - outbox_->taken_at() <= bounds.send_timeout) return;
        ++counts_->slow;
        return duplex_->close();
    }
    if (finished_) return duplex_->close();
    if (auto body = std::exchange(pending_, nullptr)) deliver(body);
    const Result<void> checked = host_.identification().check_again(who_, request_);
    if (!checked) {
        send("next", http::make_error_response(checked.error()).body.str());
        return finish();
    }
    if (now - spoke_at_ <= bounds.ping_interval) return;
    spoke_at_ = now;
    outbox_->add(std::string(kStillHere), {});
    outbox_->pump();
}

}  // namespace fraiseql::server
