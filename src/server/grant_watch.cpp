// SPDX-License-Identifier: MIT
#include "server/grant_watch.hpp"

#include <utility>

namespace fraiseql::server {

GrantWatch::GrantWatch(std::string conninfo, std::shared_ptr<GrantFeed> feed, Log log)
    : feed_(std::move(feed)),
      watch_({.conninfo = std::move(conninfo),
              .channel = "fraiseql_rbac",
              .subject = "roles and permissions",
              .log = std::move(log)},
             [this](pg::Session&) -> tl::expected<void, sql::DatabaseError> {
                 // Also once at first: what changed before is not told.
                 feed_->publish(std::make_shared<const std::uint64_t>(++changes_));
                 return {};
             }) {
    watch_.start();
}

}  // namespace fraiseql::server
