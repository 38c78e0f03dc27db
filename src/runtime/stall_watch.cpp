// SPDX-License-Identifier: MIT
#include "runtime/stall_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <vector>

namespace fraiseql::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 100ms;
constexpr auto kBetweenReports = 1s;

std::int64_t milliseconds(Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

/// Looks at all watches of the process while there are any.
class StallWatch::Thread {
  public:
    static std::shared_ptr<Thread> shared() {
        static std::mutex mutex;
        static std::weak_ptr<Thread> known;
        const std::lock_guard lock(mutex);
        auto thread = known.lock();
        if (thread == nullptr) known = thread = std::make_shared<Thread>();
        return thread;
    }

    Thread() : thread_([this] { run(); }) {}
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        news_.notify_all();
        thread_.join();
    }

    void add(StallWatch* watch) {
        const std::lock_guard lock(mutex_);
        watches_.push_back(watch);
    }
    void remove(StallWatch* watch) {
        const std::lock_guard lock(mutex_);
        std::erase(watches_, watch);
    }

  private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!news_.wait_for(lock, kInterval, [this] { return ended_; }))
            for (StallWatch* watch : watches_)
                watch->look();
    }

    std::mutex mutex_;
    std::condition_variable news_;
    bool ended_ = false;
    std::vector<StallWatch*> watches_;
    // Last: it uses the others.
    std::thread thread_;
};

std::shared_ptr<StallWatch> StallWatch::make(Log log) {
    return std::shared_ptr<StallWatch>(new StallWatch(std::move(log)));
}

StallWatch::StallWatch(Log log) : log_(std::move(log)), thread_(Thread::shared()) {
    thread_->add(this);
}

StallWatch::~StallWatch() { thread_->remove(this); }

void StallWatch::look() {
    const std::lock_guard lock(mutex_);
    if (what_.empty() || reported_ || Clock::now() - since_ < kLong) return;
    reported_ = true;
    if (log_)
        log_(LogEntry::warning(
            fmt::format("{} has held up a worker for {} ms, and still does: nobody else is served "
                        "there meanwhile",
                        what_, milliseconds(Clock::now() - since_))));
}

StallWatch::Slice::Slice(StallWatch* watch, std::string_view what) : watch_(watch) {
    if (watch_ == nullptr) return;
    const std::lock_guard lock(watch_->mutex_);
    if (!watch_->what_.empty()) {
        watch_ = nullptr;
        return;
    }
    watch_->what_ = what;
    watch_->since_ = Clock::now();
    watch_->reported_ = false;
}

StallWatch::Slice::~Slice() {
    if (watch_ == nullptr) return;
    const std::lock_guard lock(watch_->mutex_);
    const Clock::time_point now = Clock::now();
    const auto took = now - watch_->since_;
    const bool recently = now - watch_->last_report_ < kBetweenReports;
    if (took >= kShort && (watch_->reported_ || !recently)) {
        watch_->last_report_ = now;
        if (watch_->log_)
            watch_->log_(LogEntry::warning(fmt::format(
                "{} held up a worker for {} ms; what blocks belongs on a thread of its own, see "
                "fraiseql::from_callback()",
                watch_->what_, milliseconds(took))));
    }
    watch_->what_ = {};
}

}  // namespace fraiseql::runtime
