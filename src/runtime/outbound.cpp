// SPDX-License-Identifier: MIT
#include "runtime/outbound.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace fraiseql::runtime {

namespace {

constexpr std::size_t kMaxWaiting = 1024;
constexpr std::chrono::seconds kPatience{5};

}  // namespace

struct Outbound::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool ending = false;
    std::size_t running = 0;

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return ending || !jobs.empty(); });
            if (ending) break;
            std::function<void()> job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            job();
            job = nullptr;
            lock.lock();
        }
        --running;
        changed.notify_all();
    }
};

Outbound::Outbound(std::size_t threads) : state_(std::make_shared<State>()) {
    state_->running = threads;
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([state = state_] { state->work(); });
}

Outbound::~Outbound() {
    std::unique_lock lock(state_->mutex);
    state_->ending = true;
    state_->changed.notify_all();
    const bool ended =
        state_->changed.wait_for(lock, kPatience, [this] { return state_->running == 0; });
    lock.unlock();
    for (std::thread& thread : threads_) {
        if (ended)
            thread.join();
        else
            thread.detach();
    }
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
