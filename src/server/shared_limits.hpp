// SPDX-License-Identifier: MIT
// SharedLimits: the workers' way to the store where several servers count together.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "runtime/mailbox.hpp"
#include "server/limit_store.hpp"

namespace fraiseql::server {

/// Has a thread of its own, which sends what all workers ask meanwhile in one round trip.
class SharedLimits {
  public:
    /// Receives the decisions, or nothing where the store is away: the worker decides then.
    using Done = std::function<void(std::optional<SharedDecisions>)>;

    SharedLimits(std::unique_ptr<LimitStore> store, Log log);
    SharedLimits(const SharedLimits&) = delete;
    SharedLimits& operator=(const SharedLimits&) = delete;
    ~SharedLimits();

    /// Asks the store; `done` is delivered to `mailbox`. False where the store is known to be away
    /// or too many wait for it: then `done` is dropped.
    bool take(SharedTake take, std::shared_ptr<runtime::Mailbox> mailbox, Done done);

  private:
    using Clock = std::chrono::steady_clock;

    struct Waiting {
        SharedTake take;
        std::shared_ptr<runtime::Mailbox> mailbox;
        Done done;
    };

    void run();
    void ask(std::vector<Waiting> waiting);

    std::unique_ptr<LimitStore> store_;
    Log log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    bool stopping_ = false;
    /// After a failure nobody waits for the store until then.
    Clock::time_point away_until_ = {};
    /// Used on the thread only.
    bool away_ = false;
    std::thread thread_;
};

}  // namespace fraiseql::server
