// SPDX-License-Identifier: MIT
// GrantWatch: tells the workers when roles or permissions in the database have changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "pg/notifications.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

/// The number of changes so far.
using GrantFeed = Feed<std::uint64_t>;

/// Has a thread and a connection of its own, since it waits (LISTEN).
class GrantWatch {
  public:
    GrantWatch(std::string conninfo, std::shared_ptr<GrantFeed> feed,
               std::function<void(std::string_view)> log);
    GrantWatch(const GrantWatch&) = delete;
    GrantWatch& operator=(const GrantWatch&) = delete;
    ~GrantWatch();

  private:
    void run();
    tl::expected<void, sql::DatabaseError> listen();

    std::string conninfo_;
    std::shared_ptr<GrantFeed> feed_;
    std::function<void(std::string_view)> log_;
    std::uint64_t changes_ = 0;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
