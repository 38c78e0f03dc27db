// SPDX-License-Identifier: MIT
#include "server/shared_limits.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fraiseql::server {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxWaiting = 4096;
constexpr std::size_t kMostAtOnce = 256;
constexpr auto kAway = 1s;

}  // namespace

SharedLimits::SharedLimits(std::unique_ptr<LimitStore> store, Log log)
    : store_(std::move(store)), log_(std::move(log)), thread_([this] { run(); }) {}

SharedLimits::~SharedLimits() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool SharedLimits::take(SharedTake take, std::shared_ptr<runtime::Mailbox> mailbox, Done done) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kMaxWaiting || Clock::now() < away_until_) return false;
        waiting_.push_back({std::move(take), std::move(mailbox), std::move(done)});
    }
    changed_.notify_one();
    return true;
}

void SharedLimits::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        const auto end =
            waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
        std::vector<Waiting> batch(std::move_iterator(waiting_.begin()), std::move_iterator(end));
        waiting_.erase(waiting_.begin(), end);
        lock.unlock();
        ask(std::move(batch));
        lock.lock();
    }
}

void SharedLimits::ask(std::vector<Waiting> waiting) {
    std::vector<SharedTake> takes;
    for (Waiting& each : waiting)
        takes.push_back(std::move(each.take));
    auto answers = store_->take(takes);
    if (!answers) {
        const std::lock_guard lock(mutex_);
        away_until_ = Clock::now() + kAway;
        // Those who came meanwhile need not wait for the next failure.
        std::move(waiting_.begin(), waiting_.end(), std::back_inserter(waiting));
        waiting_.clear();
    }
    if (std::exchange(away_, !answers) != !answers && log_)
        log_(answers ? "rate limits: the shared store answers again"
                     : "rate limits: the shared store does not answer");
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        std::optional<SharedDecisions> decisions;
        if (answers) decisions = std::move((*answers)[i]);
        waiting[i].mailbox->deliver([done = std::move(waiting[i].done),
                                     decisions = std::move(decisions)] { done(decisions); });
    }
}

}  // namespace fraiseql::server
