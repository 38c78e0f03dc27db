// SPDX-License-Identifier: MIT
// LineQueue: lines on their way to something slow, so that nobody waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fraiseql::server {

/// Has a thread of its own that writes. Thread-safe.
class LineQueue {
  public:
    /// Writes lines; false: they are given again a second later. Called on the queue's thread.
    using Write = std::function<bool(const std::vector<std::string>& lines)>;

    /// At most `max_waiting` lines wait.
    LineQueue(Write write, std::size_t max_waiting);
    LineQueue(const LineQueue&) = delete;
    LineQueue& operator=(const LineQueue&) = delete;
    /// Tries once more to write what waits.
    ~LineQueue();

    /// Queues a line; where the queue is full, the line is dropped and counted.
    void add(std::string line);

    std::uint64_t dropped() const noexcept { return dropped_; }

  private:
    void run();

    Write write_;
    std::size_t max_waiting_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    bool ending_ = false;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::thread thread_;
};

}  // namespace fraiseql::server
