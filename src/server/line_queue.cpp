// SPDX-License-Identifier: MIT
#include "server/line_queue.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostAtOnce = 256;
constexpr auto kPause = 1s;

}  // namespace

LineQueue::LineQueue(Write write, std::size_t max_waiting)
    : write_(std::move(write)), max_waiting_(max_waiting), thread_([this] { run(); }) {}

LineQueue::~LineQueue() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void LineQueue::add(std::string line) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting_) {
            ++dropped_;
            return;
        }
        waiting_.push_back(std::move(line));
    }
    changed_.notify_one();
}

void LineQueue::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
        const std::vector<std::string> lines(waiting_.begin(), waiting_.begin() + size);
        const bool last_try = ending_;
        lock.unlock();
        const bool written = write_(lines);
        lock.lock();
        if (written) {
            waiting_.erase(waiting_.begin(), waiting_.begin() + size);
        } else if (last_try) {
            dropped_ += waiting_.size();
            return;
        } else {
            changed_.wait_for(lock, kPause, [this] { return ending_; });
        }
    }
}

}  // namespace fraiseql::server
