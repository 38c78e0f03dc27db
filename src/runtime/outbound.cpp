// SPDX-License-Identifier: MIT
#include "runtime/outbound.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace fraiseql::runtime {

namespace {

constexpr std::size_t kMaxWaiting = 1024;

}  // namespace

struct Outbound::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool ending = false;
    std::thread thread;

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return ending || !jobs.empty(); });
            if (ending) return;
            std::function<void()> job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            job();
            job = nullptr;
            lock.lock();
        }
    }
};

Outbound::Outbound() : state_(std::make_unique<State>()) {
    state_->thread = std::thread([state = state_.get()] { state->work(); });
}

Outbound::~Outbound() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->ending = true;
    }
    state_->changed.notify_all();
    state_->thread.join();
}

bool Outbound::post(std::function<void()> job) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->ending || state_->jobs.size() >= kMaxWaiting) return false;
        state_->jobs.push_back(std::move(job));
    }
    state_->changed.notify_one();
    return true;
}

}  // namespace fraiseql::runtime
