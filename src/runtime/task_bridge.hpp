// SPDX-License-Identifier: MIT
// The bridge between fraiseql::task, which applications write, and runtime::Task, which we do.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "fraiseql/task.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/stall_watch.hpp"
#include "runtime/task.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::runtime {

/// A worker, as the tasks on it know it. Made with std::make_shared; other threads may hold it
/// after the worker has gone.
class WorkerHome final : public fraiseql::detail::task_home {
  public:
    WorkerHome(Executor executor, std::shared_ptr<Mailbox> mailbox,
               std::shared_ptr<StallWatch> watch = {}, std::string label = {})
        : executor_(std::move(executor)),
          mailbox_(std::move(mailbox)),
          watch_(std::move(watch)),
          label_(std::move(label)) {}

    /// Returns the same worker for one piece of code, which reports call `label`.
    std::shared_ptr<WorkerHome> for_code(std::string label) const {
        return std::make_shared<WorkerHome>(executor_, mailbox_, watch_, std::move(label));
    }

    void post(std::function<void()> work) override {
        mailbox_->deliver([self = shared_from_this(), this, work = std::move(work)] {
            const StallWatch::Slice slice(watch_.get(), label_);
            work();
        });
    }
    /// Begins to watch code that runs outside of coroutines.
    StallWatch::Slice enter() const { return {watch_.get(), label_}; }
    /// Continues a coroutine of the code.
    void resume(std::coroutine_handle<> coroutine) const {
        const StallWatch::Slice slice(watch_.get(), label_);
        coroutine.resume();
    }
    /// To be used on the worker's thread only.
    const Executor& executor() const noexcept { return executor_; }

  private:
    Executor executor_;
    std::shared_ptr<Mailbox> mailbox_;
    /// nullptr: nobody minds how long the code runs.
    std::shared_ptr<StallWatch> watch_;
    std::string label_;
};

/// A task of the application while it runs. Must not move once it is started; where it is destroyed
/// before its end, so is every coroutine in it, and what they wait for is cancelled.
template <class T>
class RunningTask {
  public:
    /// Throws std::logic_error where `work` has ended, or is what was moved from.
    explicit RunningTask(fraiseql::task<T> work) : work_(std::move(work)) {
        fraiseql::detail::task_access::expect_unused(work_);
    }
    RunningTask(const RunningTask&) = delete;
    RunningTask& operator=(const RunningTask&) = delete;

    /// Runs the task to its first wait. `home` must outlive it.
    void start(WorkerHome& home) {
        auto coroutine = fraiseql::detail::task_access::coroutine(work_);
        coroutine.promise().home = &home;
        coroutine.promise().finish_argument = this;
        coroutine.promise().on_finish = [](void* self) noexcept -> std::coroutine_handle<> {
            static_cast<RunningTask*>(self)->waiter_.wake();
            return std::noop_coroutine();
        };
        home.resume(coroutine);
    }

    bool done() { return fraiseql::detail::task_access::coroutine(work_).done(); }

    /// Returns true at the end of the task, and false where the caller was cancelled before.
    Task<bool> wait() {
        if (done()) co_return true;
        co_await waiter_.wait();
        co_return done();
    }

    /// The same, at most to `deadline`: returns false after that, too, and then `late` is set.
    Task<bool> wait(Clock::time_point deadline, bool& late) {
        if (done()) co_return true;
        const Executor executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, deadline);
        // The timer may have gone off when the task ends: its handler then comes too late.
        const auto waiting = std::make_shared<RunningTask*>(this);
        timer.async_wait([&late, waiting = std::weak_ptr<RunningTask*>(waiting)](
                             boost::system::error_code stopped) {
            const auto still = waiting.lock();
            if (stopped || !still) return;
            late = true;
            (*still)->give_up();
        });
        co_return co_await wait();
    }

    /// Lets wait() return before the task has ended.
    void give_up() { waiter_.wake(); }

    /// After the end: returns what the task returned, or throws what it threw.
    T take() { return fraiseql::detail::task_access::coroutine(work_).promise().take(); }

  private:
    fraiseql::task<T> work_;
    Waiter waiter_;
};

template <class T>
struct AdoptedState {
    std::coroutine_handle<> waiting = {};
    std::optional<T> value = {};
    std::exception_ptr failure = {};
    boost::asio::cancellation_signal cancel = {};
};

template <class T>
Task<T> without_throwing(Task<T> work) {
    // Cancellation is a value to us: see Waiter.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(work);
}

template <class T>
class AdoptedAwaiter {
  public:
    explicit AdoptedAwaiter(Task<T> work) : work_(std::move(work)) {}
    AdoptedAwaiter(const AdoptedAwaiter&) = delete;
    AdoptedAwaiter& operator=(const AdoptedAwaiter&) = delete;
    ~AdoptedAwaiter() {
        if (state_->waiting && std::exchange(state_->waiting, {}))
            state_->cancel.emit(boost::asio::cancellation_type::terminal);
    }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> waiting) {
        state_->waiting = waiting;
        const auto& home = static_cast<WorkerHome&>(*waiting.promise().home);
        auto ended = [state = state_, kept = home.shared_from_this(), &home](
                         std::exception_ptr failure, T value) {
            state->failure = std::move(failure);
            state->value = std::move(value);
            if (auto next = std::exchange(state->waiting, {})) home.resume(next);
        };
        boost::asio::co_spawn(
            home.executor(), without_throwing(std::move(work_)),
            boost::asio::bind_cancellation_slot(state_->cancel.slot(), std::move(ended)));
    }
    T await_resume() {
        if (state_->failure) std::rethrow_exception(state_->failure);
        return std::move(*state_->value);
    }

  private:
    Task<T> work_;
    // Shared with the coroutine of ours, which may end after the task is gone.
    std::shared_ptr<AdoptedState<T>> state_ = std::make_shared<AdoptedState<T>>();
};

// What is waited for is not its own awaiter: g++ 12 would copy it.
template <class T>
class AdoptedTask : public fraiseql::detail::task_awaitable {
  public:
    explicit AdoptedTask(Task<T> work) : work_(std::move(work)) {}
    AdoptedAwaiter<T> operator co_await() { return AdoptedAwaiter<T>(std::move(work_)); }

  private:
    Task<T> work_;
};

/// `co_await adopt(work)` inside a task that runs on a WorkerHome: runs `work` on the same worker.
/// Where the task is destroyed meanwhile, `work` is cancelled. T must be default-constructible.
template <class T>
AdoptedTask<T> adopt(Task<T> work) {
    return AdoptedTask<T>(std::move(work));
}

}  // namespace fraiseql::runtime
