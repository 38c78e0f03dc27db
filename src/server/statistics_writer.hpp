// SPDX-License-Identifier: MIT
// StatisticsWriter: adds what this server counts of registered operations to the database.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.hpp"
#include "pg/notifications.hpp"
#include "pg/session.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::server {

struct StatisticsWriterSettings {
    std::string conninfo;
    std::shared_ptr<turbo::Statistics> statistics;
    /// Most operations that servers register by themselves; 0: none.
    std::uint32_t adaptive = 0;
    std::chrono::milliseconds interval{10'000};
    /// Called on the writer's thread. May be empty.
    Log log = {};
};

/// Has a thread and, while there is something to write, a connection. What cannot be written is
/// kept and written later; a database without the module gets nothing.
class StatisticsWriter {
  public:
    explicit StatisticsWriter(StatisticsWriterSettings settings);
    StatisticsWriter(const StatisticsWriter&) = delete;
    StatisticsWriter& operator=(const StatisticsWriter&) = delete;
    /// Writes what is left.
    ~StatisticsWriter();

  private:
    void run();
    void write();
    /// False where the module is not installed.
    tl::expected<bool, sql::DatabaseError> send(const turbo::Statistics::ById& sums);

    StatisticsWriterSettings settings_;
    std::optional<pg::Session> session_;
    /// What was said last, so that it is not said every time.
    std::string problem_;
    pg::WakeUp stop_;
    std::thread thread_;
};

}  // namespace fraiseql::server
