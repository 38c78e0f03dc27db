// SPDX-License-Identifier: MIT
// PollingThread: looks at something every so often, and when somebody asks for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace fraiseql::runtime {

/// A thread of its own, for what may be far away. Whoever has one declares it last: its end waits
/// for a look in progress.
class PollingThread {
  public:
    /// `look` is called on the thread; `asked` says whether ask() was called since the last time.
    PollingThread(std::chrono::milliseconds poll, std::function<void(bool asked)> look);
    PollingThread(const PollingThread&) = delete;
    PollingThread& operator=(const PollingThread&) = delete;
    ~PollingThread();

    /// The first look is one `poll` later.
    void start();
    /// Has it look soon. Thread-safe.
    void ask();

  private:
    void run();

    std::chrono::milliseconds poll_;
    std::function<void(bool asked)> look_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool asked_ = false;
    std::thread thread_;
};

}  // namespace fraiseql::runtime
