// SPDX-License-Identifier: MIT
// ReplicaWatch: asks the primary and its replicas how far they are, again and again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pg/pool.hpp"
#include "replica/reads.hpp"
#include "replica/tracker.hpp"
#include "runtime/outbound.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

using ReplicaFeed = Feed<replica::Snapshot>;

/// Has a thread and a connection to each server of its own. One that hangs holds up no other.
class ReplicaWatch {
  public:
    /// `log` is told what becomes of replicas, `on_known` once for each whose state is known, both
    /// on the watch's thread. May be empty.
    ReplicaWatch(const pg::PoolSettings& primary, std::shared_ptr<const replica::Settings> replicas,
                 std::shared_ptr<ReplicaFeed> feed, std::function<void(std::string_view)> log,
                 std::function<void()> on_known = {});
    ReplicaWatch(const ReplicaWatch&) = delete;
    ReplicaWatch& operator=(const ReplicaWatch&) = delete;
    ~ReplicaWatch();

    void start();

  private:
    /// One server that is asked.
    struct Server {
        Server(const runtime::Executor& executor, pg::PoolSettings pool_settings)
            : settings(std::move(pool_settings)), timer(executor) {}

        pg::PoolSettings settings;
        runtime::Outbound outbound;
        std::shared_ptr<pg::Pool> pool;
        boost::asio::steady_timer timer;
        /// What the log was told last.
        std::optional<replica::State> said;
    };

    std::unique_ptr<Server> make_server(pg::PoolSettings settings);
    runtime::Task<std::optional<replica::Observation>> ask(Server& server);
    runtime::Task<> watch_primary();
    runtime::Task<> watch_replica(std::size_t index);
    runtime::Task<bool> rest(Server& server);
    void publish();
    void say(Server& server, std::size_t index);

    std::shared_ptr<const replica::Settings> settings_;
    std::shared_ptr<ReplicaFeed> feed_;
    std::function<void(std::string_view)> log_;
    std::function<void()> on_known_;
    std::chrono::milliseconds interval_;
    boost::asio::io_context context_{1};
    std::unique_ptr<Server> primary_;
    std::vector<std::unique_ptr<Server>> replicas_;
    replica::Tracker tracker_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace fraiseql::server
