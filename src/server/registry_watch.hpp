// SPDX-License-Identifier: MIT
// RegistryWatch: keeps a registry equal to a folder and the table turbo.tb_turbo_query.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "pg/notifications.hpp"
#include "server/feed.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

using RegistryFeed = Feed<turbo::Registry>;

struct RegistryWatchSettings {
    std::string conninfo;
    /// A folder of GraphQL files; empty: none.
    std::string folder = {};
    /// Says what is wrong with a document; empty where it may run. May be empty itself.
    std::function<std::string(const turbo::Registered&)> check = {};
    /// Called on the watch's thread and, by start(), on the caller's. May be empty.
    std::function<void(std::string_view)> log = {};
    /// The table is read again that often, should a notification be lost.
    std::chrono::milliseconds refresh{60'000};
    std::chrono::milliseconds reconnect{1'000};
};

/// Has a thread and a connection of its own, since it waits (LISTEN).
class RegistryWatch {
  public:
    RegistryWatch(RegistryWatchSettings settings, std::shared_ptr<RegistryFeed> feed);
    RegistryWatch(const RegistryWatch&) = delete;
    RegistryWatch& operator=(const RegistryWatch&) = delete;
    ~RegistryWatch();

    /// Publishes the first registry and starts the thread. Fails where the folder or the table
    /// cannot be read; a database that is away, or that has no such table, is none of these.
    Result<void> start();

  private:
    void run();
    tl::expected<void, sql::DatabaseError> listen();
    tl::expected<bool, sql::DatabaseError> read_table(pg::Session& session);
    void publish();
    void log(const std::string& message) const;

    RegistryWatchSettings settings_;
    std::shared_ptr<RegistryFeed> feed_;
    std::vector<turbo::Registered> from_folder_;
    std::vector<turbo::Registered> from_table_;
    /// Used on the thread only.
    bool lost_ = false;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
