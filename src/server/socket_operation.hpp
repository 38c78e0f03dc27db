// SPDX-License-Identifier: MIT
// SocketOperation: an operation that a client began over a WebSocket, until it is over.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "server/live_queries.hpp"
#include "server/subscription_place.hpp"

namespace fraiseql::server {

class GraphqlSocket;
class SocketHost;

class SocketOperation final : public LiveMember {
  public:
    SocketOperation(SocketHost& host, std::weak_ptr<GraphqlSocket> owner, std::string name)
        : id(std::move(name)), host_(host), owner_(std::move(owner)) {}

    using LiveMember::execute;
    runtime::Task<LiveAnswer> execute(bool run) override;
    void deliver(const std::shared_ptr<const std::string>& body) override;
    void refuse(std::string_view body) override;
    bool takes_more() const override;
    void complete() override;

    std::string id;
    http::Request request = {};
    boost::asio::cancellation_signal cancel = {};
    /// Nobody waits for it any more.
    bool over = false;
    /// A subscription's place among those of its client.
    SubscriptionPlace place = {};
    /// The latest answer, where the client has not taken the ones before it.
    std::shared_ptr<const std::string> pending = {};

  private:
    SocketHost& host_;
    std::weak_ptr<GraphqlSocket> owner_;
};

}  // namespace fraiseql::server
