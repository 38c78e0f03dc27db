// SPDX-License-Identifier: MIT
// Notifications: a blocking connection of its own that listens (LISTEN), for a thread of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "pg/session.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::pg {

/// Wakes a thread that waits for notifications. Thread-safe.
class WakeUp {
  public:
    WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;
    ~WakeUp();

    /// Ends the wait in progress and every later one.
    void wake() noexcept;
    int fd() const noexcept { return fd_; }

  private:
    int fd_;
};

/// What a wait came to.
enum class Waited { Notified, TimedOut, Woken };

/// Waits until a channel that `session` listens on has been notified; takes all notifications that
/// have arrived. An error where the connection is lost.
tl::expected<Waited, sql::DatabaseError> wait_for_notification(Session& session, const WakeUp& wake,
                                                               std::chrono::milliseconds timeout);

/// Waits for `timeout` or until woken; returns whether it was woken.
bool wait_for_wake_up(const WakeUp& wake, std::chrono::milliseconds timeout);

}  // namespace fraiseql::pg
