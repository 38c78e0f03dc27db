// SPDX-License-Identifier: MIT
// SocketProtocol: graphql-transport-ws as a machine of messages; no socket, no clock.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::server {

inline constexpr std::string_view kSocketProtocol = "graphql-transport-ws";

/// Status codes of the protocol's close frames.
enum class SocketClose : std::uint16_t {
    BadRequest = 4400,
    Unauthorized = 4401,
    Forbidden = 4403,
    SubprotocolNotAcceptable = 4406,
    InitialisationTimeout = 4408,
    SubscriberExists = 4409,
    TooManyInitialisations = 4429
};

/// What a message of the client comes to.
struct SocketEvent {
    enum class Kind : std::uint8_t { Nothing, Reply, Initialise, Subscribe, Complete, Close };

    Kind kind = Kind::Nothing;
    /// Reply: the message to send back.
    std::string reply = {};
    /// Subscribe and Complete.
    std::string id = {};
    /// Initialise: what the client says of itself, nullptr where nothing. Subscribe: an object, the
    /// GraphQL request. In the arena.
    const json::Value* payload = nullptr;
    /// Close.
    SocketClose code = SocketClose::BadRequest;
    std::string reason = {};
};

/// One client's side of the conversation.
class SocketProtocol {
  public:
    /// Reads a message. An operation that it begins counts until end().
    SocketEvent receive(std::string_view message, Arena& arena);

    /// The client is let in: returns what to tell it. Operations are taken from then on.
    std::string acknowledge();

    /// The operation is over, whoever ended it.
    void end(const std::string& id) { operations_.erase(id); }

    bool initialised() const noexcept { return state_ != State::New; }
    bool acknowledged() const noexcept { return state_ == State::Acknowledged; }
    std::size_t operation_count() const noexcept { return operations_.size(); }

    /// What stands before and after the payload of a message about an operation.
    static std::string next_head(std::string_view id);
    static std::string error_head(std::string_view id);
    static constexpr std::string_view kTail = "}";
    static std::string complete(std::string_view id);

  private:
    enum class State : std::uint8_t { New, Initialised, Acknowledged };

    SocketEvent initialise(const json::Value* payload);
    SocketEvent subscribe(const json::Value& message, const json::Value* payload);
    SocketEvent complete_by_client(const json::Value& message);

    State state_ = State::New;
    std::set<std::string> operations_;
};

}  // namespace fraiseql::server
