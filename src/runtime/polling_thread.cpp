// SPDX-License-Identifier: MIT
#include "runtime/polling_thread.hpp"

#include <utility>

namespace fraiseql::runtime {

PollingThread::PollingThread(std::chrono::milliseconds poll, std::function<void(bool asked)> look)
    : poll_(poll), look_(std::move(look)) {}

PollingThread::~PollingThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void PollingThread::start() {
    thread_ = std::thread([this] { run(); });
}

void PollingThread::ask() {
    {
        const std::lock_guard lock(mutex_);
        asked_ = true;
    }
    wake_.notify_all();
}

void PollingThread::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, poll_, [this] { return stopping_ || asked_; });
        if (stopping_) return;
        const bool asked = std::exchange(asked_, false);
        lock.unlock();
        look_(asked);
        lock.lock();
    }
}

}  // namespace fraiseql::runtime
