// SPDX-License-Identifier: MIT
// RegistryWatch: keeps a registry equal to a folder and the table turbo.tb_turbo_query.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "server/channel_watch.hpp"
#include "server/config_news.hpp"
#include "server/feed.hpp"
#include "server/operations_folder.hpp"
#include "server/schema_watch.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

using RegistryFeed = Feed<turbo::Registry>;

struct RegistryWatchSettings {
    std::string conninfo;
    /// A folder of GraphQL files; empty: none.
    std::string folder = {};
    /// Whether operations count that servers have registered by themselves.
    bool adaptive = true;
    /// Says what is wrong with a document; empty where it may run. May be empty itself.
    std::function<std::string(const turbo::Registered&)> check = {};
    /// Compares a template with the operation that it stands for. May be empty: then none is used.
    std::function<Result<std::shared_ptr<const turbo::CheckedTemplate>>(pg::Session&,
                                                                        const turbo::Registered&)>
        check_template = {};
    /// What templates are compared for; not empty where there is check_template.
    std::shared_ptr<ModelFeed> models = {};
    /// Called when the table was read first, on the same threads as `log`. May be empty.
    std::function<void()> on_read = {};
    /// Hears what is different after the start.
    OnChange on_change = {};
    /// Called on the watch's threads and, by start(), on the caller's. May be empty.
    Log log = {};
    /// How often to look at the folder, and for another model.
    std::chrono::milliseconds interval{1'000};
};

/// Has a thread for the folder and the model besides that for the table.
class RegistryWatch {
  public:
    RegistryWatch(RegistryWatchSettings settings, std::shared_ptr<RegistryFeed> feed);
    RegistryWatch(const RegistryWatch&) = delete;
    RegistryWatch& operator=(const RegistryWatch&) = delete;
    ~RegistryWatch();

    /// Publishes the first registry and starts the threads. Fails where the folder or the table
    /// cannot be read; a database that is away, or that has no such table, is none of these.
    Result<void> start();

  private:
    tl::expected<void, sql::DatabaseError> look(pg::Session& session);
    tl::expected<bool, sql::DatabaseError> read_table(pg::Session& session);
    void follow_folder();
    void publish();
    void check_templates(std::vector<turbo::Registered>& entries,
                         std::vector<std::string>& problems);
    void log(const LogEntry& entry) const;

    RegistryWatchSettings settings_;
    std::shared_ptr<RegistryFeed> feed_;
    // What both threads publish from.
    std::mutex mutex_;
    OperationsFolder folder_;
    std::vector<turbo::Registered> from_table_;
    /// Templates that were checked, with the model that they were checked for.
    std::vector<turbo::Registered> checked_;
    std::shared_ptr<const schema::Model> checked_for_;
    bool started_ = false;
    pg::WakeUp stop_;
    std::thread folder_thread_;
    ChannelWatch watch_;
};

}  // namespace fraiseql::server
