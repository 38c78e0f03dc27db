// SPDX-License-Identifier: MIT
#include "server/socket_protocol.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/writer.hpp"

namespace fraiseql::server {

namespace {

constexpr std::size_t kLongestId = 256;
constexpr std::array<std::string_view, 3> kOfServers = {"connection_ack", "next", "error"};

SocketEvent close(SocketClose code, std::string reason) {
    return {.kind = SocketEvent::Kind::Close, .code = code, .reason = std::move(reason)};
}

SocketEvent bad(std::string reason) { return close(SocketClose::BadRequest, std::move(reason)); }

/// Returns the id, or nothing where it is none.
std::string_view id_of(const json::Value& message) {
    const json::Value* id = message.find("id");
    const bool fits = id != nullptr && id->is_string() && id->text.size() <= kLongestId;
    return fits ? id->text : std::string_view();
}

SocketEvent no_id() { return bad("Invalid message: \"id\" must be a text of 1 to 256 bytes"); }

std::string head(std::string_view id, std::string_view type) {
    std::string out = R"({"id":)";
    json::write_string(out, id);
    out += R"(,"type":")";
    out += type;
    out += '"';
    return out;
}

std::string pong(const json::Value* payload) {
    std::string out = R"({"type":"pong")";
    if (payload != nullptr) {
        out += R"(,"payload":)";
        json::write(out, *payload);
    }
    return out + '}';
}

}  // namespace

SocketEvent SocketProtocol::receive(std::string_view message, Arena& arena) {
    const auto read = json::read(message, arena);
    if (!read) return bad("Invalid message: " + read.error().message);
    if (!read->is_object()) return bad("Invalid message: not an object");
    const json::Value* type = read->find("type");
    if (type == nullptr || !type->is_string()) return bad("Invalid message: no \"type\"");
    const json::Value* payload = read->find("payload");
    if (payload != nullptr && payload->is_null()) payload = nullptr;
    if (payload != nullptr) payload = arena.make<json::Value>(*payload);
    const std::string_view name = type->text;
    if (name == "subscribe") return subscribe(*read, payload);
    if (name == "complete") return complete_by_client(*read);
    const bool of_servers =
        std::find(kOfServers.begin(), kOfServers.end(), name) != kOfServers.end();
    if (of_servers) return bad("Invalid message: clients do not send \"" + std::string(name) + '"');
    if (payload != nullptr && !payload->is_object())
        return bad("Invalid message: \"payload\" must be an object");
    if (name == "connection_init") return initialise(payload);
    if (name == "ping") return {.kind = SocketEvent::Kind::Reply, .reply = pong(payload)};
    if (name == "pong") return {};
    return bad("Invalid message: there is no type \"" + std::string(name.substr(0, 32)) + '"');
}

SocketEvent SocketProtocol::initialise(const json::Value* payload) {
    if (state_ != State::New)
        return close(SocketClose::TooManyInitialisations, "Too many initialisation requests");
    state_ = State::Initialised;
    return {.kind = SocketEvent::Kind::Initialise, .payload = payload};
}

SocketEvent SocketProtocol::subscribe(const json::Value& message, const json::Value* payload) {
    if (state_ != State::Acknowledged) return close(SocketClose::Unauthorized, "Unauthorized");
    const std::string_view id = id_of(message);
    if (id.empty()) return no_id();
    if (payload == nullptr || !payload->is_object())
        return bad("Invalid message: \"payload\" must be an object");
    if (!operations_.emplace(id).second)
        return close(SocketClose::SubscriberExists,
                     "Subscriber for " + std::string(id) + " already exists");
    return {.kind = SocketEvent::Kind::Subscribe, .id = std::string(id), .payload = payload};
}

// Also of an operation that is unknown: it may have ended while the message was on its way.
SocketEvent SocketProtocol::complete_by_client(const json::Value& message) {
    const std::string_view id = id_of(message);
    if (id.empty()) return no_id();
    if (operations_.erase(std::string(id)) == 0) return {};
    return {.kind = SocketEvent::Kind::Complete, .id = std::string(id)};
}

std::string SocketProtocol::acknowledge() {
    state_ = State::Acknowledged;
    return R"({"type":"connection_ack"})";
}

std::string SocketProtocol::next_head(std::string_view id) {
    return head(id, "next") + R"(,"payload":)";
}

std::string SocketProtocol::error_head(std::string_view id) {
    return head(id, "error") + R"(,"payload":)";
}

std::string SocketProtocol::complete(std::string_view id) { return head(id, "complete") + '}'; }

}  // namespace fraiseql::server
