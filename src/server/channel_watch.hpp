// SPDX-License-Identifier: MIT
// ChannelWatch: looks at something in the database whenever a channel is notified, and now and
// then.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>

#include "base/log.hpp"
#include "pg/notifications.hpp"

namespace fraiseql::server {

struct ChannelWatchSettings {
    std::string conninfo;
    /// The channel of LISTEN; an identifier that needs no quotes.
    std::string channel;
    /// What is watched, for the log: "registered operations".
    std::string subject;
    /// How often to look without being notified, should a notification be lost.
    std::chrono::milliseconds interval{60'000};
    std::chrono::milliseconds reconnect{1'000};
    /// Called on the watch's thread. May be empty.
    Log log = {};
};

/// Has a thread and a connection of its own, since it waits. Through a pooler nothing is notified,
/// so it looks every second there. A lost connection is made again, and
/// that is said in the log. Its owner declares it last: its thread uses the others.
class ChannelWatch {
  public:
    /// An error means that the connection is lost. Called on the watch's thread.
    using Look = std::function<tl::expected<void, sql::DatabaseError>(pg::Session&)>;

    ChannelWatch(ChannelWatchSettings settings, Look look);
    ChannelWatch(const ChannelWatch&) = delete;
    ChannelWatch& operator=(const ChannelWatch&) = delete;
    /// Ends the wait in progress and joins the thread.
    ~ChannelWatch();

    /// Starts the thread. `lost`: the log has been told already that the database is away.
    void start(bool lost = false);

  private:
    void run();
    tl::expected<void, sql::DatabaseError> follow();
    void log(LogLevel level, const std::string& message) const;

    ChannelWatchSettings settings_;
    Look look_;
    /// Used on the thread only.
    bool lost_ = false;
    bool said_pooled_ = false;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
