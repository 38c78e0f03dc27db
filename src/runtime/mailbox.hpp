// SPDX-License-Identifier: MIT
// Mailbox: how another thread hands work back to a worker that may be gone by then.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "runtime/task.hpp"

namespace fraiseql::runtime {

/// Delivers functions to a worker's event loop until it is closed. Thread-safe; held through
/// shared_ptr by the worker, which closes it, and by the jobs that answer through it.
class Mailbox {
  public:
    explicit Mailbox(Executor executor) : executor_(std::move(executor)) {}

    /// Runs `work` on the worker; false, and `work` is dropped, where the mailbox is closed.
    bool deliver(std::function<void()> work);

    /// After this returns, nothing more is delivered.
    void close();

  private:
    std::mutex mutex_;
    std::optional<Executor> executor_;
};

}  // namespace fraiseql::runtime
