// SPDX-License-Identifier: MIT
#include "server/replica_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using runtime::Clock;
using runtime::Task;

/// A server that takes longer to say where it is counts as away.
constexpr auto kPatience = 1s;
/// Until libpq gives up on a server that does not answer at all; it knows whole seconds from two
/// on.
constexpr auto kConnectTimeout = 2s;

pg::PoolSettings for_asking(pg::PoolSettings settings) {
    settings.quick_connections = 1;
    settings.connect_timeout = kConnectTimeout;
    // It sees for itself whether a server answers.
    settings.breaker = {};
    settings.on_warm = {};
    // Says what it thinks of servers itself.
    settings.log = {};
    return settings;
}

}  // namespace

ReplicaWatch::ReplicaWatch(const pg::PoolSettings& primary,
                           std::shared_ptr<const replica::Settings> replicas,
                           std::shared_ptr<ReplicaFeed> feed,
                           std::function<void(std::string_view)> log,
                           std::function<void()> on_known)
    : settings_(std::move(replicas)),
      feed_(std::move(feed)),
      log_(std::move(log)),
      on_known_(std::move(on_known)),
      interval_(std::clamp(settings_->max_lag / 5, std::chrono::milliseconds(20),
                           std::chrono::milliseconds(200))),
      primary_(make_server(primary)),
      tracker_(settings_->targets.size(), settings_->max_lag) {
    for (const replica::Target& target : settings_->targets)
        replicas_.push_back(make_server(target.pool));
}

ReplicaWatch::~ReplicaWatch() {
    if (!thread_.joinable()) return;
    boost::asio::post(context_, [this] {
        stopping_ = true;
        for (const auto& each : replicas_) {
            each->timer.cancel();
            if (each->pool) each->pool->close();
        }
        primary_->timer.cancel();
        if (primary_->pool) primary_->pool->close();
    });
    thread_.join();
}

std::unique_ptr<ReplicaWatch::Server> ReplicaWatch::make_server(pg::PoolSettings settings) {
    return std::make_unique<Server>(context_.get_executor(), for_asking(std::move(settings)));
}

void ReplicaWatch::start() {
    boost::asio::co_spawn(context_, watch_primary(), boost::asio::detached);
    for (std::size_t i = 0; i < replicas_.size(); ++i)
        boost::asio::co_spawn(context_, watch_replica(i), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
}

Task<std::optional<replica::Observation>> ReplicaWatch::ask(Server& server) {
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    if (!server.pool)
        server.pool = std::make_shared<pg::Pool>(executor, server.outbound, server.settings);
    const std::shared_ptr<pg::Pool> pool = server.pool;
    // A server that hangs would hang a request to cancel, too: the connection goes instead. One
    // that is still being made is left to libpq's own patience.
    server.timer.expires_after(kPatience);
    server.timer.async_wait([&server, pool](boost::system::error_code error) {
        if (error || pool->status().quick_open == 0 || server.pool != pool) return;
        server.pool = nullptr;
        pool->close();
    });
    pg::Batch batch;
    batch.calls.push_back(replica::observation_call());
    const auto deadline = Clock::now() + kPatience + 100ms;
    const pg::BatchResult result = co_await pool->run(std::move(batch), pg::Lane::Quick, deadline);
    server.timer.cancel();
    if (!result) co_return std::nullopt;
    co_return replica::read_observation(result->front());
}

/// Returns whether to go on.
Task<bool> ReplicaWatch::rest(Server& server) {
    if (stopping_) co_return false;
    server.timer.expires_after(interval_);
    co_await server.timer.async_wait(runtime::kAwait);
    co_return !stopping_;
}

Task<> ReplicaWatch::watch_primary() {
    bool more = true;
    while (more) {
        const auto asked = Clock::now();
        const auto seen = co_await ask(*primary_);
        const replica::Position before = tracker_.snapshot().primary;
        if (seen) tracker_.hear_primary(*seen, asked);
        if (!before.same_log(tracker_.snapshot().primary)) publish();
        more = co_await rest(*primary_);
    }
}

Task<> ReplicaWatch::watch_replica(std::size_t index) {
    Server& server = *replicas_[index];
    bool more = true;
    while (more) {
        const auto asked = Clock::now();
        const auto seen = co_await ask(server);
        if (seen)
            tracker_.hear_replica(index, *seen, Clock::now() - asked);
        else
            tracker_.lose_replica(index);
        say(server, index);
        publish();
        more = co_await rest(server);
    }
}

void ReplicaWatch::publish() {
    feed_->publish(std::make_shared<const replica::Snapshot>(tracker_.snapshot()));
}

void ReplicaWatch::say(Server& server, std::size_t index) {
    const replica::State state = tracker_.snapshot().replicas[index].state;
    // Where the primary has not been asked yet, nobody can be told from a stranger.
    const bool early = tracker_.snapshot().primary.system == 0 && state != replica::State::Away;
    if (early || stopping_ || server.said == state) return;
    if (!server.said && on_known_) on_known_();
    server.said = state;
    const std::string why =
        state == replica::State::Away && server.pool ? server.pool->status().last_error : "";
    if (log_)
        log_(fmt::format("replica {}: {}{}{}", settings_->targets[index].name,
                         replica::describe(state), why.empty() ? "" : ": ", why));
}

}  // namespace fraiseql::server
