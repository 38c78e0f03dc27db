// SPDX-License-Identifier: MIT
// EventStream: the answers of one operation as server-sent events (GraphQL over SSE, distinct
// connections mode).
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "http/outbox.hpp"
#include "server/graphql_socket.hpp"
#include "server/live_queries.hpp"

namespace fraiseql::server {

/// Whether the client takes an answer in no other form (`Accept: text/event-stream`).
bool wants_events(const http::Request& request);

/// Used on its worker's thread; `host` must outlive it.
class EventStream final : public http::Protocol,
                          public LiveMember,
                          public std::enable_shared_from_this<EventStream> {
  public:
    /// Returns the response that begins the stream of answers to `request`.
    static http::Response open(SocketHost& host, const http::Request& request);

    EventStream(SocketHost& host, const http::Request& request);
    ~EventStream() override;

    runtime::Task<> run(std::shared_ptr<http::Protocol> self,
                        std::shared_ptr<http::Duplex> duplex) override;
    void tick(runtime::Clock::time_point now) override;
    void drain() override { finish(); }

    using LiveMember::execute;
    runtime::Task<LiveAnswer> execute(bool run) override;
    void deliver(const std::shared_ptr<const std::string>& body) override;
    void refuse(std::string_view body) override;
    bool takes_more() const override;
    void complete() override { finish(); }

  private:
    static runtime::Task<> operate(std::shared_ptr<EventStream> self);
    void follow(const engine::Live& facts, Identification::Admitted who);
    void send(std::string_view event, std::string_view data);
    void finish();
    void leave();

    SocketHost& host_;
    const SocketSettings& settings_;
    std::shared_ptr<SocketCounts> counts_;
    http::Request request_;
    Identification::Admitted who_ = {};
    SubscriptionPlace place_ = {};
    /// nullptr before run() and after it.
    std::shared_ptr<http::Duplex> duplex_;
    std::shared_ptr<http::Outbox> outbox_;
    /// The latest answer, where the client has not taken the ones before it.
    std::shared_ptr<const std::string> pending_;
    boost::asio::cancellation_signal cancel_;
    runtime::Clock::time_point spoke_at_;
    bool finished_ = false;
};

}  // namespace fraiseql::server
