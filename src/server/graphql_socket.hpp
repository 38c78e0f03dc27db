// SPDX-License-Identifier: MIT
// GraphqlSocket: one client's operations over one WebSocket (graphql-transport-ws).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/websocket.hpp"
#include "runtime/task.hpp"
#include "server/identification.hpp"
#include "server/live_queries.hpp"
#include "server/socket_operation.hpp"
#include "server/socket_protocol.hpp"

namespace fraiseql::server {

/// What all sockets of a process come to. Counts are since its start,
/// but for what is open.
struct SocketCounts {
    std::atomic<std::int64_t> open = 0;
    /// Event streams that are open.
    std::atomic<std::int64_t> streams = 0;
    std::atomic<std::uint64_t> opened = 0;
    std::atomic<std::uint64_t> messages_in = 0;
    std::atomic<std::uint64_t> messages_out = 0;
    /// Closed since they took too little of what was sent.
    std::atomic<std::uint64_t> slow = 0;
    /// Subscriptions at the moment, and the answers that they got.
    std::atomic<std::int64_t> subscriptions = 0;
    std::atomic<std::uint64_t> events = 0;
    /// Answers that a client never saw, since a later one came before it took them.
    std::atomic<std::uint64_t> superseded = 0;
};

struct SocketSettings {
    http::WebSocketSettings websocket = {};
    /// From the handshake to the client's connection_init.
    std::chrono::milliseconds init_timeout{10'000};
    /// Operations of one socket at a time.
    std::size_t max_operations = 100;
    /// Subscriptions of one user at a time, or of one address without a token; of all workers.
    std::shared_ptr<limit::InFlight> subscriptions = std::make_shared<limit::InFlight>(1000);
    std::shared_ptr<SocketCounts> counts = std::make_shared<SocketCounts>();
};

/// What a socket asks of the server: the same that requests of HTTP go through.
class SocketHost {
  public:
    /// Answers an operation as it answers POST /graphql: with the same limits, rules and records.
    /// What a subscription comes to is for `live`, which has no key afterwards where it is none.
    virtual runtime::Task<http::Response> execute(const http::Request& request,
                                                  engine::Live* live) = 0;
    virtual LiveQueries& live_queries() = 0;
    /// Who asks.
    virtual Identification& identification() = 0;
    virtual const SocketSettings& socket_settings() const = 0;

    /// The same as execute(), where an exception is answered, too.
    runtime::Task<http::Response> execute_safely(const http::Request& request, engine::Live* live);
    /// Executes a subscription for LiveQueries; see LiveMember::execute().
    runtime::Task<LiveAnswer> execute_live(const http::Request& request, const LiveMember& member,
                                           bool run);

  protected:
    ~SocketHost() = default;
};

/// Used on its worker's thread; `host` must outlive it.
class GraphqlSocket final : public http::Protocol,
                            public std::enable_shared_from_this<GraphqlSocket> {
  public:
    /// Answers the opening handshake: 101 with a socket, or a refusal. Whether the page that asks
    /// may is for the caller to decide.
    static http::Response open(SocketHost& host, const http::Request& request);

    GraphqlSocket(SocketHost& host, const http::Request& request, bool acceptable);
    ~GraphqlSocket() override;

    runtime::Task<> run(std::shared_ptr<http::Protocol> self,
                        std::shared_ptr<http::Duplex> duplex) override;
    void tick(runtime::Clock::time_point now) override;
    void drain() override;

    /// For operations: an answer of a subscription, or the end of one.
    void deliver(SocketOperation& operation, const std::shared_ptr<const std::string>& body);
    void refuse(SocketOperation& operation, std::string_view body);
    void complete(SocketOperation& operation);
    bool takes_more() const;

  private:
    using Operation = SocketOperation;

    void receive(std::string_view text);
    void send(std::string message);
    void close(SocketClose code, std::string_view reason);
    void initialise(const json::Value* payload);
    void subscribe(std::string id, const json::Value& payload);
    static runtime::Task<> let_in(std::shared_ptr<GraphqlSocket> self);
    static runtime::Task<> operate(std::shared_ptr<GraphqlSocket> self,
                                   std::shared_ptr<Operation> operation);
    void answer(const Operation& operation, http::Response response);
    void follow(const std::shared_ptr<Operation>& operation, const engine::Live& facts);
    void forget(Operation& operation);
    void flush_pending();
    void send_next(const Operation& operation, runtime::Payload body);
    void send_error(const Operation& operation, std::string_view errors);
    void end(const std::shared_ptr<Operation>& operation);
    void abandon(const std::string& id);
    void abandon_all();
    void leave();

    SocketHost& host_;
    const SocketSettings& settings_;
    std::shared_ptr<SocketCounts> counts_;
    /// What every operation begins with: the headers of the handshake, and what the client said
    /// of itself since.
    http::Request base_;
    Identification::Admitted who_ = {};
    SocketProtocol protocol_;
    /// nullptr before run() and after it.
    std::shared_ptr<http::WebSocket> socket_;
    std::map<std::string, std::shared_ptr<Operation>> operations_;
    runtime::Clock::time_point opened_at_;
    /// The client offers the subprotocol.
    bool acceptable_;
    bool draining_ = false;
};

}  // namespace fraiseql::server
