// SPDX-License-Identifier: MIT
// RegistryWatch: keeps a registry equal to a folder and the table turbo.tb_turbo_query.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/channel_watch.hpp"
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
};

class RegistryWatch {
  public:
    RegistryWatch(RegistryWatchSettings settings, std::shared_ptr<RegistryFeed> feed);
    RegistryWatch(const RegistryWatch&) = delete;
    RegistryWatch& operator=(const RegistryWatch&) = delete;

    /// Publishes the first registry and starts the thread. Fails where the folder or the table
    /// cannot be read; a database that is away, or that has no such table, is none of these.
    Result<void> start();

  private:
    tl::expected<void, sql::DatabaseError> look(pg::Session& session);
    tl::expected<bool, sql::DatabaseError> read_table(pg::Session& session);
    void publish();
    void log(const std::string& message) const;

    RegistryWatchSettings settings_;
    std::shared_ptr<RegistryFeed> feed_;
    std::vector<turbo::Registered> from_folder_;
    std::vector<turbo::Registered> from_table_;
    ChannelWatch watch_;
};

}  // namespace fraiseql::server
