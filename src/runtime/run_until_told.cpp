// SPDX-License-Identifier: MIT
#include "runtime/run_until_told.hpp"

#include <csignal>

namespace fraiseql::runtime {
namespace {

// A peer that went away is an error of the write, not the end of the process.
void ignore_broken_pipes() {
    struct sigaction current = {};
    if (sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL)
        std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

void Orders::stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    news_.notify_all();
}

void Orders::reload() {
    const std::lock_guard lock(mutex_);
    reload_ = true;
    news_.notify_all();
}

bool Orders::ended_in_time() const {
    const std::lock_guard lock(mutex_);
    return in_time_;
}

Result<void> run_until_told(const RunSettings& settings, const MakeProgram& make, Orders& orders) {
    ignore_broken_pipes();
    WorkerSet workers(settings.log);
    if (auto started = workers.start(settings.workers, make); !started) return started;
    if (settings.on_started) settings.on_started();
    std::unique_lock lock(orders.mutex_);
    while (!orders.stop_) {
        orders.news_.wait(lock, [&] { return orders.stop_ || orders.reload_; });
        if (!std::exchange(orders.reload_, false)) continue;
        lock.unlock();
        if (settings.on_hangup) settings.on_hangup();
        lock.lock();
    }
    lock.unlock();
    if (settings.log) settings.log("stopping: finishing the requests in progress");
    const bool in_time = workers.stop(settings.drain_timeout);
    if (!in_time && settings.log)
        settings.log(LogEntry::warning("drain timeout: dropped the work still in progress"));
    lock.lock();
    orders.in_time_ = in_time;
    return {};
}

}  // namespace fraiseql::runtime
