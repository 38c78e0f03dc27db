// SPDX-License-Identifier: MIT
// SchemaWatch: keeps the model of a process equal to the catalog of its database.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"
#include "pg/notifications.hpp"
#include "schema/model.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

using ModelFeed = Feed<schema::Model>;

struct SchemaWatchSettings {
    std::string conninfo;
    /// How often the catalog is looked at where no event trigger tells of changes
    /// (`fraiseql db install ddl`). 0: never, and there is no watch.
    std::chrono::milliseconds poll{10'000};
    /// Refuses a model that must not be served. Called on the watch's thread. May be empty.
    std::function<Result<void>(const schema::Model&)> accept = {};
    /// Receives the fingerprint and the catalog of each model that is published. Called on the
    /// watch's thread. May be empty.
    std::function<void(std::string_view fingerprint, std::string_view catalog)> keep = {};
    /// Called on the watch's thread. May be empty.
    std::function<void(std::string_view)> log = {};
    std::chrono::milliseconds reconnect{1'000};
};

/// Has a thread and a connection of its own, since it waits (LISTEN). A catalog that cannot be
/// served leaves the last model in place, and is said in the log.
class SchemaWatch {
  public:
    /// `document` is the catalog that the feed's first model was built from (snapshot_sql).
    SchemaWatch(SchemaWatchSettings settings, std::shared_ptr<ModelFeed> feed,
                std::string_view document);
    SchemaWatch(const SchemaWatch&) = delete;
    SchemaWatch& operator=(const SchemaWatch&) = delete;
    ~SchemaWatch();

    void start();

  private:
    void run();
    tl::expected<void, sql::DatabaseError> follow();
    tl::expected<void, sql::DatabaseError> look(pg::Session& session);
    void rebuild(const std::string& document);
    void log(const std::string& message) const;

    SchemaWatchSettings settings_;
    std::shared_ptr<ModelFeed> feed_;
    /// Of the catalog that was read last.
    std::string digest_;
    std::string fingerprint_;
    bool lost_ = false;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
