// SPDX-License-Identifier: MIT
// CacheUpkeep: folds versions and bounds the answers that are kept in the database, now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.hpp"
#include "pg/notifications.hpp"

namespace fraiseql::server {

struct UpkeepSettings {
    std::string conninfo;
    /// What all answers in the database may take together, besides history.
    std::uint64_t max_bytes = std::uint64_t{256} << 20U;
    std::chrono::milliseconds interval{1'000};
    /// How often it looks whether sql/cache.sql has been installed meanwhile.
    std::chrono::milliseconds until_installed{30'000};
    /// Called on the upkeep's thread. May be empty.
    Log log = {};
};

/// Has a thread and a connection of its own. Any number of servers may do this to one database:
/// they take turns.
class CacheUpkeep {
  public:
    explicit CacheUpkeep(UpkeepSettings settings);
    CacheUpkeep(const CacheUpkeep&) = delete;
    CacheUpkeep& operator=(const CacheUpkeep&) = delete;
    ~CacheUpkeep();

  private:
    void run();
    std::chrono::milliseconds run_session();

    UpkeepSettings settings_;
    std::string last_problem_ = {};
    pg::WakeUp stop_;
    // Last: it uses the others.
    std::thread thread_;
};

}  // namespace fraiseql::server
