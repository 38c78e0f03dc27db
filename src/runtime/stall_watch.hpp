// SPDX-License-Identifier: MIT
// StallWatch: notices code of an application that holds up its worker, and says which.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/log.hpp"
#include "runtime/task.hpp"

namespace fraiseql::runtime {

/// Of one worker. Code that runs for longer than kShort without waiting is reported when it lets
/// go, at most once a second; what does not let go for kLong, by another thread meanwhile.
class StallWatch : public std::enable_shared_from_this<StallWatch> {
  public:
    static constexpr std::chrono::milliseconds kShort{100};
    static constexpr std::chrono::milliseconds kLong{1000};

    /// Begins to watch.
    static std::shared_ptr<StallWatch> make(Log log);
    StallWatch(const StallWatch&) = delete;
    StallWatch& operator=(const StallWatch&) = delete;
    ~StallWatch();

    /// The time that code runs without waiting.
    class Slice {
      public:
        /// `watch` may be nullptr. Of slices inside each other, the outermost one counts.
        Slice(StallWatch* watch, std::string_view what);
        Slice(const Slice&) = delete;
        Slice& operator=(const Slice&) = delete;
        ~Slice();

      private:
        StallWatch* watch_;
    };

  private:
    class Thread;
    explicit StallWatch(Log log);
    /// Called by the thread.
    void look();

    const Log log_;
    // Shared by all watches of the process.
    std::shared_ptr<Thread> thread_;
    std::mutex mutex_;
    /// What runs; lives as long as it does. Empty: nothing.
    std::string_view what_ = {};
    Clock::time_point since_ = {};
    bool reported_ = false;
    Clock::time_point last_report_ = {};
};

}  // namespace fraiseql::runtime
