// SPDX-License-Identifier: MIT
#include "http/connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <exception>

#include "http/client_address.hpp"
#include "http/response_head.hpp"

namespace fraiseql::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSmallBuffer = 4 * 1024;
constexpr std::size_t kBodyBuffer = 16 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kWantsTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 38\r\n"
    "Connection: close\r\n\r\nThis port speaks TLS: begin with https";
constexpr auto kLingerTime = 2s;
constexpr auto kFirstRequest = 250ms;
constexpr std::size_t kSlowestClient = 8 * 1024;

Refusal too_slow() {
    return {408,
            {.code = ErrorCode::RequestTimeout, .message = "The request took too long to arrive"}};
}

// Chunk extensions and trailers: nothing else is longer than what a head may be.
Refusal too_long() {
    return {431,
            {.code = ErrorCode::BadRequest,
             .message = "A chunk header or the trailer of the request is too long"}};
}

Response refuse(const Refusal& refusal) {
    Response response = make_error_response(refusal.error);
    response.status = refusal.status;
    return response;
}

}  // namespace

Connection::Connection(Stream::Socket socket, TlsSession tls, const IpAddress& peer,
                       std::shared_ptr<Site> site)
    : stream_(std::move(socket), std::move(tls)),
      peer_(peer),
      site_(std::move(site)),
      reader_(site_->settings.limits) {
    site_->connections.insert(this);
    enter(stream_.encrypted() ? Phase::Handshake : Phase::Head, site_->settings.head_timeout);
}

Connection::~Connection() {
    site_->connections.erase(this);
    if (site_->draining && site_->connections.empty()) site_->empty.wake();
}

void Connection::start() {
    // Holds the connection, since the cancellation signal must outlive the coroutine.
    auto ended = [self = shared_from_this()](const std::exception_ptr& problem) {
        if (problem) self->site_->log(LogEntry::error("a connection ended with an exception"));
    };
    boost::asio::co_spawn(stream_.get_executor(), serve(shared_from_this()),
                          boost::asio::bind_cancellation_slot(cancel_.slot(), std::move(ended)));
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
    phase_ = phase;
    deadline_ = runtime::Clock::now() + limit;
}

void Connection::expire(runtime::Clock::time_point now) {
    if (const auto protocol = protocol_.lock()) return protocol->tick(now);
    if (phase_ == Phase::Answering || phase_ == Phase::Upgraded || now < deadline_) return;
    timed_out_ = true;
    if (phase_ == Phase::Sending || phase_ == Phase::Lingering) {
        stream_.close();
    } else {
        stream_.cancel();
    }
    data_.wake();
}

void Connection::drain() {
    if (const auto protocol = protocol_.lock()) return protocol->drain();
    const bool waiting =
        phase_ == Phase::Idle || phase_ == Phase::Head || phase_ == Phase::Handshake;
    if (!waiting || reader_.in_request() || begin_ != end_) return;
    // It may be so new that its first request is still on the way.
    if (phase_ != Phase::Idle) {
        deadline_ = std::min(deadline_, runtime::Clock::now() + kFirstRequest);
        return;
    }
    ended_ = true;
    stream_.cancel();
    data_.wake();
}

void Connection::abandon() {
    stream_.close();
    data_.wake();
}

void Connection::cancel() {
    cancelled_ = true;
    if (phase_ != Phase::Answering) return abandon();
    cancel_.emit(boost::asio::cancellation_type::terminal);
}

H1Reader::State Connection::parse() {
    if (!reader_.in_request()) reader_.use(site_->settings.limits);
    const H1Reader::Step step =
        reader_.read(std::string_view(buffer_.data() + begin_, end_ - begin_));
    begin_ += step.consumed;
    return step.state;
}

// Only while no read is under way: it writes to the end of the buffer.
bool Connection::make_room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        const std::size_t wanted = phase_ == Phase::Body ? kBodyBuffer : kSmallBuffer;
        if (buffer_.size() != wanted) buffer_ = std::vector<char>(wanted);
    }
    if (end_ < buffer_.size()) return true;
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        return true;
    }
    const std::size_t most = site_->settings.limits.head + kSmallBuffer;
    if (buffer_.size() >= most) return false;
    buffer_.resize(std::min(std::max(buffer_.size() * 2, kSmallBuffer), most));
    return true;
}

void Connection::start_read() {
    if (reading_ || ended_ || !make_room()) return;
    reading_ = true;
    stream_.async_read_some(
        boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
            self->received(error, size);
        });
}

void Connection::received(boost::system::error_code error, std::size_t size) {
    reading_ = false;
    end_ += size;
    // A deadline's cancel is not the client's end: it still gets its answer.
    if (error && !timed_out_) {
        ended_ = true;
        if (phase_ == Phase::Answering) cancel_.emit(boost::asio::cancellation_type::terminal);
    }
    data_.wake();
}

void Connection::await_more() {
    const ListenSettings& settings = site_->settings;
    if (reader_.head_done()) {
        if (phase_ != Phase::Body) enter(Phase::Body, settings.body_timeout);
    } else if (reader_.in_request()) {
        if (phase_ != Phase::Head) enter(Phase::Head, settings.head_timeout);
    }
    if (reader_.expects_continue() && !continue_sent_) {
        continue_sent_ = true;
        output_.assign(1, boost::asio::buffer(kContinue));
        // What does not fit goes out with the answer: nobody has to wait for it.
        stream_.write(output_);
    }
    start_read();
}

runtime::Task<bool> Connection::secure(std::shared_ptr<Connection> self) {
    if (!self->stream_.encrypted()) co_return true;
    const bool secured = co_await self->stream_.handshake();
    if (secured && !self->ended_ && !self->timed_out_) {
        self->enter(Phase::Head, self->site_->settings.head_timeout);
        co_return true;
    }
    if (self->stream_.met_plain_http()) {
        boost::system::error_code ignored;
        self->stream_.socket().write_some(boost::asio::buffer(kWantsTls), ignored);
        self->stream_.socket().shutdown(Stream::Socket::shutdown_send, ignored);
    }
    co_return false;
}

runtime::Task<bool> Connection::read_request(std::shared_ptr<Connection> self) {
    while (true) {
        const H1Reader::State state = self->parse();
        if (state == H1Reader::State::Complete) co_return true;
        std::optional<Refusal> refusal;
        if (state == H1Reader::State::Refused) {
            refusal = self->reader_.refusal();
        } else if (self->timed_out_ && self->reader_.in_request()) {
            refusal = too_slow();
        } else if (self->ended_ || self->timed_out_) {
            co_return false;
        } else if (!self->reading_ && !self->make_room()) {
            refusal = too_long();
        }
        if (refusal) {
            if (self->site_->settings.on_refused)
                self->site_->settings.on_refused(*refusal, self->peer_);
            Response response = refuse(*refusal);
            const bool sent = co_await send(self, std::move(response), false, false);
            if (sent) co_await linger(self);
            co_return false;
        }
        self->await_more();
        co_await self->data_.wait();
    }
}

runtime::Task<Response> Connection::answer(std::shared_ptr<Connection> self,
                                           const Request& request) {
    try {
        co_return co_await self->site_->handler(request);
    } catch (const std::exception& error) {
        self->site_->log(
            LogEntry::error(std::string("a request caused an exception: ") + error.what()));
    }
    co_return internal_error();
}

runtime::Task<bool> Connection::send(std::shared_ptr<Connection> self, Response response,
                                     bool head_only, bool keep_alive) {
    const std::size_t size = head_only ? 0 : response.body.size();
    const std::chrono::seconds extra(size / kSlowestClient);
    self->enter(Phase::Sending, self->site_->settings.send_timeout + extra);
    self->head_.clear();
    write_response_head(self->head_, response, self->site_->common_fields(), keep_alive);
    auto& output = self->output_;
    output.clear();
    output.emplace_back(self->head_.data(), self->head_.size());
    const bool body = !head_only && has_body(response.status);
    for (std::size_t i = 0; body && i < response.body.segment_count(); ++i) {
        const std::string_view segment = response.body.segment(i);
        output.emplace_back(segment.data(), segment.size());
    }
    // Most responses fit the socket's buffer: no need to wait, nor to pay for being able to.
    Stream::Outcome outcome = self->stream_.write(output);
    while (outcome == Stream::Outcome::WouldBlock) {
        const bool more = co_await self->stream_.writable();
        if (!more) co_return false;
        outcome = self->stream_.write(output);
    }
    co_return outcome == Stream::Outcome::Done;
}

runtime::Task<std::string_view> Connection::receive() {
    while (begin_ == end_) {
        if (ended_) co_return std::string_view();
        start_read();
        co_await data_.wait();
    }
    const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
    // Their place is used again by the next read, which the next call starts.
    begin_ = end_;
    co_return bytes;
}

void Connection::close() {
    ended_ = true;
    stream_.close();
    data_.wake();
}

runtime::Task<> Connection::speak(std::shared_ptr<Connection> self,
                                  std::shared_ptr<Protocol> protocol) {
    self->phase_ = Phase::Upgraded;
    self->protocol_ = protocol;
    if (self->site_->draining) protocol->drain();
    try {
        co_await protocol->run(protocol, self);
    } catch (const std::exception& error) {
        self->site_->log(
            LogEntry::error(std::string("a protocol caused an exception: ") + error.what()));
    }
    self->protocol_.reset();
    if (!self->ended_) co_await linger(self);
}

// Closing a socket with unread input resets it, and the client may lose the response: so read what
// still comes, for a while (RFC 9112 §9.6).
runtime::Task<> Connection::linger(std::shared_ptr<Connection> self) {
    self->stream_.shutdown_send();
    self->enter(Phase::Lingering, kLingerTime);
    self->timed_out_ = false;
    while (!self->ended_ && !self->timed_out_) {
        self->begin_ = self->end_;
        self->start_read();
        co_await self->data_.wait();
    }
}

runtime::Task<> Connection::serve(std::shared_ptr<Connection> self) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    bool open = co_await secure(self);
    while (open) {
        const bool complete = co_await read_request(self);
        if (!complete) break;
        const bool asked = self->reader_.keep_alive();
        Request request = self->reader_.take();
        request.set_peer(self->peer_, self->stream_.encrypted());
        request.set_client(client_address(self->site_->settings.proxies, request));
        self->continue_sent_ = false;
        self->phase_ = Phase::Answering;
        self->start_read();
        Response response = co_await answer(self, request);
        if (self->ended_) break;
        if (self->cancelled_) {
            response = stopping();
            // What follows waits again.
            co_await boost::asio::this_coro::reset_cancellation_state();
        }
        const bool last = self->site_->letting_go || self->site_->draining || self->cancelled_;
        const bool keep_alive = asked && !last && !response.upgrade;
        const bool head_only = request.method() == "HEAD";
        std::function<void()> on_sent = std::move(response.on_sent);
        const std::shared_ptr<Protocol> upgrade = response.upgrade;
        open = co_await send(self, std::move(response), head_only, keep_alive);
        if (!open) break;
        if (on_sent) on_sent();
        on_sent = nullptr;
        if (upgrade) {
            co_await speak(self, upgrade);
            break;
        }
        if (!keep_alive) {
            co_await linger(self);
            break;
        }
        self->enter(Phase::Idle, self->site_->settings.idle_timeout);
    }
    self->stream_.close();
}

}  // namespace fraiseql::http
