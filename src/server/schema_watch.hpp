// SPDX-License-Identifier: MIT
// SchemaWatch: keeps the model of a process equal to the catalog of its database.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "catalog/snapshot_sql.hpp"
#include "schema/model.hpp"
#include "server/channel_watch.hpp"
#include "server/config_news.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

using ModelFeed = Feed<schema::Model>;

/// Which catalog the model that is served was built from.
struct SchemaVersion {
    /// The first digits of the SHA-256 of the catalog, as it was read.
    std::string digest = {};
    /// Seconds since 1970 at which this server began to serve it.
    double since = 0;
};
using SchemaVersionFeed = Feed<SchemaVersion>;

struct SchemaWatchSettings {
    std::string conninfo;
    schema::ModelOptions model = {};
    /// How often the catalog is looked at where no event trigger tells of changes
    /// (`fraiseql db install ddl`). 0: never, and there is no watch.
    std::chrono::milliseconds poll{10'000};
    /// Refuses a model that must not be served. Called on the watch's thread. May be empty.
    std::function<Result<void>(const schema::Model&)> accept = {};
    /// Receives the catalog of each model that is published. Called on the watch's thread. May be
    /// empty.
    std::function<void(const catalog::Document&)> keep = {};
    /// Called there, too, whenever the model that is served is what the catalog comes to, or the
    /// log says why it is not. May be empty.
    std::function<void()> on_compared = {};
    /// Hears of the first model, too. May be empty.
    std::shared_ptr<SchemaVersionFeed> versions = {};
    /// Hears what is different after the start.
    OnChange on_change = {};
    /// Called on the watch's thread. May be empty.
    Log log = {};
};

/// A catalog that cannot be served leaves the last model in place, and is said in the log.
class SchemaWatch {
  public:
    /// `first` is what the feed's first model was built from: it is not read again.
    SchemaWatch(SchemaWatchSettings settings, std::shared_ptr<ModelFeed> feed,
                const catalog::Document& first);
    SchemaWatch(const SchemaWatch&) = delete;
    SchemaWatch& operator=(const SchemaWatch&) = delete;

    void start();

  private:
    tl::expected<void, sql::DatabaseError> look(pg::Session& session);
    tl::expected<void, sql::DatabaseError> compared() const;
    void say_version() const;
    /// Publishes its model, or says why not. False where the database was not there to ask: then
    /// the next look judges it again.
    bool judge(const catalog::Document& document);
    void log(const LogEntry& entry) const;

    SchemaWatchSettings settings_;
    std::shared_ptr<ModelFeed> feed_;
    /// Of the catalog that was judged last.
    std::string digest_;
    std::string fingerprint_;
    ChannelWatch watch_;
};

}  // namespace fraiseql::server
