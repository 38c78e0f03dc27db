// SPDX-License-Identifier: MIT
#include "server/channel_watch.hpp"

#include <algorithm>
#include <utility>

#include "pg/connect.hpp"

namespace fraiseql::server {

namespace {

constexpr std::chrono::milliseconds kPooledInterval{1000};

}  // namespace

ChannelWatch::ChannelWatch(ChannelWatchSettings settings, Look look)
    : settings_(std::move(settings)), look_(std::move(look)) {}

ChannelWatch::~ChannelWatch() {
    stop_.wake();
    if (thread_.joinable()) thread_.join();
}

void ChannelWatch::start(bool lost) {
    lost_ = lost;
    thread_ = std::thread([this] { run(); });
}

void ChannelWatch::run() {
    do {
        const auto ended = follow();
        if (ended) return;
        if (!std::exchange(lost_, true))
            log(LogLevel::Warning, "lost the connection that listens for changes (" +
                                       ended.error().message + "); trying again");
    } while (!pg::wait_for_wake_up(stop_, settings_.reconnect));
}

tl::expected<void, sql::DatabaseError> ChannelWatch::follow() {
    auto session = pg::Session::open(settings_.conninfo);
    if (!session) return tl::unexpected(session.error());
    // A pooler takes what is notified to one session to another, or to nobody.
    const bool pooled = pg::is_pooled(session->connection());
    if (pooled && !std::exchange(said_pooled_, true))
        log(LogLevel::Info, "a pooler is in between, so nothing is notified: looking every second");
    const auto interval =
        pooled ? std::min(settings_.interval, kPooledInterval) : settings_.interval;
    // First listen, then look: a change in between is not missed.
    if (!pooled)
        if (auto done = session->run_script("LISTEN " + settings_.channel); !done) return done;
    if (std::exchange(lost_, false)) log(LogLevel::Info, "listening for changes again");
    while (true) {
        if (auto looked = look_(*session); !looked) return looked;
        const auto waited = pg::wait_for_notification(*session, stop_, interval);
        if (!waited) return tl::unexpected(waited.error());
        if (*waited == pg::Waited::Woken) return {};
    }
}

void ChannelWatch::log(LogLevel level, const std::string& message) const {
    if (settings_.log) settings_.log({level, settings_.subject + ": " + message});
}

}  // namespace fraiseql::server
