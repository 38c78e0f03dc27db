// SPDX-License-Identifier: MIT
// Inquiry: a question that takes a while, asked on a thread of its own and once at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::server {

/// How a question in progress is given up. Thread-safe.
class Interruption {
  public:
    /// `interrupt` is called at most once, on the thread that gives up; at once where that has
    /// happened already. It replaces the one before; an empty one takes it back.
    void on_interrupt(std::function<void()> interrupt);

    void interrupt();

  private:
    std::mutex mutex_;
    std::function<void()> interrupt_;
    bool interrupted_ = false;
};

/// Whoever asks while the question is being answered gets the same answer, as do those who ask
/// shortly afterwards. Thread-safe; shared by the workers.
class Inquiry {
  public:
    using Answer = Result<std::string>;
    /// Called on the inquiry's thread.
    using Find = std::function<Answer(Interruption&)>;

    /// An answer is given again for `fresh_for`; errors are not.
    Inquiry(Find find, std::chrono::milliseconds fresh_for)
        : find_(std::move(find)), fresh_for_(fresh_for) {}
    Inquiry(const Inquiry&) = delete;
    Inquiry& operator=(const Inquiry&) = delete;
    /// Interrupts the question in progress; nobody who asks may be left.
    ~Inquiry();

    /// Returns the answer, by way of the caller's mailbox. ServiceUnavailable where the caller is
    /// cancelled.
    runtime::Task<Answer> ask(std::shared_ptr<runtime::Mailbox> mailbox);

  private:
    struct Waiting;
    void begin();
    void run();

    Find find_;
    std::chrono::milliseconds fresh_for_;
    std::mutex mutex_;
    bool running_ = false;
    std::optional<std::string> kept_;
    runtime::Clock::time_point kept_at_{};
    std::vector<std::pair<std::shared_ptr<runtime::Mailbox>, std::shared_ptr<Waiting>>> waiting_;
    Interruption interruption_;
    std::thread thread_;
};

}  // namespace fraiseql::server
