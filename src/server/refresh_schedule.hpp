// SPDX-License-Identifier: MIT
// RefreshSchedule: refreshes materialized views when their time has come, in one of N servers.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "pg/notifications.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "schema/refresh.hpp"
#include "server/schema_watch.hpp"

namespace fraiseql::server {

struct RefreshSettings {
    std::string conninfo;
    /// Called on the schedule's thread after each refresh: `public.mv_x`, and whether it worked.
    std::function<void(const std::string& view, bool succeeded)> count = {};
    /// Called on the schedule's thread. May be empty.
    Log log = {};
    /// How often a server looks whether the one that refreshes is gone, and whether a connection
    /// can be had again.
    std::chrono::milliseconds patrol{2000};
};

/// Has a thread and a connection of its own. The server whose connection holds the advisory lock
/// refreshes; when it ends, however that happens, PostgreSQL gives the lock to another.
class RefreshSchedule {
  public:
    /// What there is to refresh changes with the models of the feed.
    RefreshSchedule(RefreshSettings settings, std::shared_ptr<ModelFeed> models);
    RefreshSchedule(const RefreshSchedule&) = delete;
    RefreshSchedule& operator=(const RefreshSchedule&) = delete;
    /// Ends the thread; a refresh in progress is cancelled.
    ~RefreshSchedule();

    /// Starts the thread. It has a connection while there are views to refresh.
    void start();

  private:
    using Clock = std::chrono::steady_clock;
    struct Due {
        schema::Refresh refresh;
        Clock::time_point at = {};
    };

    void run();
    /// Returns when woken, or when there is nothing left to refresh; an error where the connection
    /// is lost.
    tl::expected<void, sql::DatabaseError> serve(pg::Session& session);
    /// Takes over the views of a new model.
    void follow();
    void plan_all();
    tl::expected<void, sql::DatabaseError> run_due(pg::Session& session);
    tl::expected<void, sql::DatabaseError> refresh(pg::Session& session, const Due& due);
    std::chrono::milliseconds jitter(std::chrono::milliseconds most);
    void log(const LogEntry& entry) const;

    RefreshSettings settings_;
    std::shared_ptr<ModelFeed> models_;
    /// Used on the thread only, like what follows. The views of due_ are the model's.
    std::shared_ptr<const schema::Model> model_ = {};
    std::vector<Due> due_ = {};
    std::minstd_rand random_{std::random_device{}()};
    bool lost_ = false;
    bool said_pooled_ = false;
    int process_ = 0;
    /// The process that refreshes right now, or 0.
    std::atomic<int> running_ = 0;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
