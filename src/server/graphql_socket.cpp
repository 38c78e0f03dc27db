// SPDX-License-Identifier: MIT
#include "server/graphql_socket.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "http/websocket_handshake.hpp"
#include "json/writer.hpp"
#include "server/socket_request.hpp"

namespace fraiseql::server {

namespace {

using runtime::Task;

using http::kJson;

/// The errors of `{"errors":[…]}`, which is what a request is refused with.
std::string_view errors_of(std::string_view body) {
    constexpr std::string_view kHead = R"({"errors":)";
    if (!body.starts_with(kHead) || !body.ends_with("]}"))
        return R"([{"message":"Something went wrong in the server"}])";
    return body.substr(kHead.size(), body.size() - kHead.size() - 1);
}

std::string errors_json(const Error& error) {
    return std::string(errors_of(http::make_error_response(error).body.str()));
}

}  // namespace

Task<http::Response> SocketHost::execute_safely(const http::Request& request, engine::Live* live) {
    try {
        co_return co_await execute(request, live);
    } catch (const std::exception&) {
        co_return http::internal_error();
    }
}

Task<LiveAnswer> SocketHost::execute_live(const http::Request& request, const LiveMember& member,
                                          bool run) {
    LiveAnswer out{.facts = {.number = member.number(), .run = run, .event = member.event()}};
    http::Response response = co_await execute_safely(request, &out.facts);
    out.status = response.status;
    out.body = std::make_shared<const std::string>(response.body.str());
    co_return out;
}

Task<LiveAnswer> SocketOperation::execute(bool run) {
    return host_.execute_live(request, *this, run);
}

void SocketOperation::deliver(const std::shared_ptr<const std::string>& body) {
    if (const auto owner = owner_.lock(); owner && !over) owner->deliver(*this, body);
}

void SocketOperation::refuse(std::string_view body) {
    if (const auto owner = owner_.lock(); owner && !over) owner->refuse(*this, body);
}

bool SocketOperation::takes_more() const {
    const auto owner = owner_.lock();
    return owner && !pending && owner->takes_more();
}

void SocketOperation::complete() {
    if (const auto owner = owner_.lock(); owner && !over) owner->complete(*this);
}

http::Response GraphqlSocket::open(SocketHost& host, const http::Request& request) {
    // Whoever offers something else is told so by a close frame: a refused handshake tells pages
    // nothing.
    const bool acceptable = http::offers_subprotocol(request, kSocketProtocol);
    http::Response response =
        http::accept_websocket(request, acceptable ? kSocketProtocol : std::string_view());
    if (response.status == 101)
        response.upgrade = std::make_shared<GraphqlSocket>(host, request, acceptable);
    return response;
}

GraphqlSocket::GraphqlSocket(SocketHost& host, const http::Request& request, bool acceptable)
    : host_(host),
      settings_(host.socket_settings()),
      counts_(settings_.counts),
      base_(socket_request(request)),
      opened_at_(runtime::Clock::now()),
      acceptable_(acceptable) {
    ++counts_->open;
    ++counts_->opened;
}

GraphqlSocket::~GraphqlSocket() { --counts_->open; }

Task<> GraphqlSocket::run([[maybe_unused]] std::shared_ptr<http::Protocol> self,
                          std::shared_ptr<http::Duplex> duplex) {
    auto receive = [this](std::string_view text) { this->receive(text); };
    const auto socket = std::make_shared<http::WebSocket>(std::move(duplex), settings_.websocket,
                                                          std::move(receive));
    socket_ = socket;
    if (!acceptable_) close(SocketClose::SubprotocolNotAcceptable, "Subprotocol not acceptable");
    if (draining_) leave();
    co_await http::WebSocket::run(socket);
    if (socket->was_slow()) ++counts_->slow;
    socket_.reset();
    abandon_all();
}

void GraphqlSocket::receive(std::string_view text) {
    ++counts_->messages_in;
    Arena arena;
    SocketEvent event = protocol_.receive(text, arena);
    switch (event.kind) {
        case SocketEvent::Kind::Nothing:
            return;
        case SocketEvent::Kind::Reply:
            return send(std::move(event.reply));
        case SocketEvent::Kind::Initialise:
            return initialise(event.payload);
        case SocketEvent::Kind::Subscribe:
            return subscribe(std::move(event.id), *event.payload);
        case SocketEvent::Kind::Complete:
            return abandon(event.id);
        case SocketEvent::Kind::Close:
            return close(event.code, event.reason);
    }
}

void GraphqlSocket::initialise(const json::Value* payload) {
    const std::vector<std::string> authorization = read_authorization(payload);
    if (!authorization.empty()) base_ = with_authorization(base_, authorization);
    boost::asio::co_spawn(socket_->executor(), let_in(shared_from_this()), boost::asio::detached);
}

Task<> GraphqlSocket::let_in(std::shared_ptr<GraphqlSocket> self) {
    auto identity = co_await self->host_.identification().identify(self->base_, kJson);
    if (!self->socket_) co_return;
    if (identity) {
        self->who_ = self->host_.identification().admit(std::move(*identity));
        self->send(self->protocol_.acknowledge());
    } else if (identity.error().status == 503) {
        self->socket_->close(http::kTryAgainLater, "It cannot be told who asks");
    } else {
        self->close(SocketClose::Forbidden, "Forbidden");
    }
}

void GraphqlSocket::subscribe(std::string id, const json::Value& payload) {
    auto operation = std::make_shared<Operation>(host_, weak_from_this(), std::move(id));
    std::string refusal;
    if (draining_)
        refusal = errors_json({.code = ErrorCode::ServiceUnavailable,
                               .message = "The server is stopping.",
                               .hint = "Connect again."});
    else if (operations_.size() >= settings_.max_operations)
        refusal = errors_json({.code = ErrorCode::RateLimited,
                               .message = "There are too many operations on this connection.",
                               .hint = "End some of them first."});
    if (!refusal.empty()) {
        protocol_.end(operation->id);
        return send_error(*operation, refusal);
    }
    std::string body;
    json::write(body, payload);
    operation->request = with_body(base_, std::move(body));
    operations_[operation->id] = operation;
    // Holds the operation, since the signal must outlive the coroutine.
    auto ended = [operation](const std::exception_ptr&) {};
    boost::asio::co_spawn(
        socket_->executor(), operate(shared_from_this(), operation),
        boost::asio::bind_cancellation_slot(operation->cancel.slot(), std::move(ended)));
}

Task<> GraphqlSocket::operate(std::shared_ptr<GraphqlSocket> self,
                              std::shared_ptr<Operation> operation) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    engine::Live live{.number = operation->number()};
    http::Response response = co_await self->host_.execute_safely(operation->request, &live);
    if (operation->over) co_return;
    if (response.status == 200 && !live.key.empty()) {
        self->follow(operation, live);
        co_return;
    }
    self->answer(*operation, std::move(response));
    self->end(operation);
}

/// Only what was executed has status 200, or what says that its document is not known.
void GraphqlSocket::answer(const Operation& operation, http::Response response) {
    if (response.status != 200) return send_error(operation, errors_of(response.body.str()));
    send_next(operation, std::move(response.body));
    if (response.on_sent) response.on_sent();
    send(SocketProtocol::complete(operation.id));
}

void GraphqlSocket::follow(const std::shared_ptr<Operation>& operation, const engine::Live& facts) {
    const auto refused =
        operation->place.take(settings_.subscriptions, who_.principal.get(), base_);
    if (refused) {
        send_error(*operation, errors_json(*refused));
        return end(operation);
    }
    ++counts_->subscriptions;
    host_.live_queries().join(operation, facts);
}

/// What a client has not taken yet need not be followed by what is old by then: only the latest
/// answer waits.
void GraphqlSocket::deliver(Operation& operation, const std::shared_ptr<const std::string>& body) {
    if (!socket_) return;
    if (!takes_more()) {
        if (std::exchange(operation.pending, body)) ++counts_->superseded;
        return;
    }
    ++counts_->events;
    runtime::Payload payload;
    payload.append_view(*body);
    payload.keep(body);
    send_next(operation, std::move(payload));
}

bool GraphqlSocket::takes_more() const {
    constexpr std::size_t kMuch = std::size_t{64} << 10U;
    return socket_ && socket_->queued() <= kMuch;
}

void GraphqlSocket::flush_pending() {
    for (const auto& [id, operation] : operations_)
        if (auto body = std::exchange(operation->pending, nullptr)) deliver(*operation, body);
}

void GraphqlSocket::refuse(Operation& operation, std::string_view body) {
    send_error(operation, errors_of(body));
    const auto found = operations_.find(operation.id);
    if (found != operations_.end()) end(std::shared_ptr<Operation>(found->second));
}

void GraphqlSocket::complete(SocketOperation& operation) {
    send(SocketProtocol::complete(operation.id));
    const auto found = operations_.find(operation.id);
    if (found != operations_.end()) end(std::shared_ptr<Operation>(found->second));
}

/// A subscription leaves its group, and its place to another.
void GraphqlSocket::forget(Operation& operation) {
    operation.over = true;
    if (!operation.place.taken()) return;
    host_.live_queries().leave(operation);
    operation.place.leave();
    --counts_->subscriptions;
}

void GraphqlSocket::send_next(const Operation& operation, runtime::Payload body) {
    const auto kept = std::make_shared<const runtime::Payload>(std::move(body));
    runtime::Payload message(SocketProtocol::next_head(operation.id));
    for (std::size_t i = 0; i < kept->segment_count(); ++i)
        message.append_view(kept->segment(i));
    message.keep(kept);
    message.append_view(SocketProtocol::kTail);
    ++counts_->messages_out;
    socket_->send(std::move(message));
}

void GraphqlSocket::send_error(const Operation& operation, std::string_view errors) {
    std::string message = SocketProtocol::error_head(operation.id);
    message += errors;
    message += SocketProtocol::kTail;
    send(std::move(message));
}

void GraphqlSocket::send(std::string message) {
    if (!socket_) return;
    ++counts_->messages_out;
    socket_->send(runtime::Payload(std::move(message)));
}

void GraphqlSocket::close(SocketClose code, std::string_view reason) {
    if (!socket_) return;
    socket_->close(static_cast<std::uint16_t>(code), reason);
    abandon_all();
}

void GraphqlSocket::end(const std::shared_ptr<Operation>& operation) {
    forget(*operation);
    operations_.erase(operation->id);
    protocol_.end(operation->id);
    if (draining_) leave();
}

void GraphqlSocket::abandon(const std::string& id) {
    const auto found = operations_.find(id);
    if (found == operations_.end()) return;
    const std::shared_ptr<Operation> operation = found->second;
    end(operation);
    operation->cancel.emit(boost::asio::cancellation_type::terminal);
}

void GraphqlSocket::abandon_all() {
    const auto operations = std::exchange(operations_, {});
    for (const auto& [id, operation] : operations)
        forget(*operation);
    for (const auto& [id, operation] : operations)
        operation->cancel.emit(boost::asio::cancellation_type::terminal);
}

void GraphqlSocket::drain() {
    draining_ = true;
    leave();
}

/// What is being executed is answered first; subscriptions have no end to wait for.
void GraphqlSocket::leave() {
    const bool busy = std::any_of(operations_.begin(), operations_.end(),
                                  [](const auto& each) { return !each.second->place.taken(); });
    if (socket_ && !busy) socket_->close(http::kGoingAway, "The server is stopping");
}

void GraphqlSocket::tick(runtime::Clock::time_point now) {
    if (!socket_) return;
    const std::shared_ptr<http::WebSocket> socket = socket_;
    socket->tick(now);
    flush_pending();
    if (socket->closing()) return;
    if (!protocol_.initialised() && now - opened_at_ > settings_.init_timeout)
        return close(SocketClose::InitialisationTimeout, "Connection initialisation timeout");
    if (!protocol_.acknowledged()) return;
    const Result<void> checked = host_.identification().check_again(who_, base_);
    if (checked) return;
    if (checked.error().code == ErrorCode::ServiceUnavailable) {
        socket->close(http::kTryAgainLater, checked.error().message);
        return abandon_all();
    }
    close(SocketClose::Forbidden, "Forbidden");
}

}  // namespace fraiseql::server
