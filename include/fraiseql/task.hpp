// SPDX-License-Identifier: MIT
// task<T>: the coroutine type of applications. It runs on the worker that runs its request.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "fraiseql/export.hpp"

namespace fraiseql {

template <class T = void>
class task;

namespace detail {

/// The worker that a task runs on.
class FRAISEQL_EXPORT task_home : public std::enable_shared_from_this<task_home> {
  public:
    task_home() = default;
    task_home(const task_home&) = delete;
    task_home& operator=(const task_home&) = delete;
    virtual ~task_home();
    /// Runs `work` on the worker in a later turn; drops it where the worker is gone. Any thread.
    virtual void post(std::function<void()> work) = 0;
};

/// What a coroutine inside a task may wait for, besides tasks.
struct task_awaitable {};

class task_promise_base {
  public:
    std::suspend_always initial_suspend() const noexcept { return {}; }

    struct final_awaiter {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            task_promise_base& promise = self.promise();
            return promise.on_finish(promise.finish_argument);
        }
        void await_resume() const noexcept {}
    };
    final_awaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { failure = std::current_exception(); }

    template <class Awaited>
    decltype(auto) await_transform(Awaited&& awaited) const noexcept {
        static_assert(std::is_base_of_v<task_awaitable, std::remove_cvref_t<Awaited>>,
                      "a fraiseql::task waits for tasks and for fraiseql::from_callback() only: "
                      "anything else may continue it on another thread");
        return std::forward<Awaited>(awaited);
    }

    task_home* home = nullptr;
    std::exception_ptr failure = {};
    /// Says what continues when the task has ended.
    std::coroutine_handle<> (*on_finish)(void*) noexcept = nullptr;
    void* finish_argument = nullptr;
};

template <class T>
class task_promise : public task_promise_base {
  public:
    task<T> get_return_object() noexcept;
    template <class U = T>
        requires std::constructible_from<T, U&&>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T take() {
        if (failure) std::rethrow_exception(failure);
        return std::move(*value_);
    }

  private:
    std::optional<T> value_ = {};
};

template <>
class task_promise<void> : public task_promise_base {
  public:
    task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const {
        if (failure) std::rethrow_exception(failure);
    }
};

/// Runs a task inside another: in place as far as it goes, so that a loop over tasks that never
/// wait does not grow the stack.
template <class T>
class task_awaiter {
  public:
    explicit task_awaiter(std::coroutine_handle<task_promise<T>> child) noexcept : child_(child) {}
    task_awaiter(const task_awaiter&) = delete;
    task_awaiter& operator=(const task_awaiter&) = delete;

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
        task_promise<T>& promise = child_.promise();
        promise.home = parent.promise().home;
        promise.finish_argument = this;
        promise.on_finish = [](void* self) noexcept -> std::coroutine_handle<> {
            auto* awaiter = static_cast<task_awaiter*>(self);
            return awaiter->parent_ ? awaiter->parent_ : std::noop_coroutine();
        };
        child_.resume();
        if (child_.done()) return false;
        parent_ = parent;
        return true;
    }
    T await_resume() { return child_.promise().take(); }

  private:
    std::coroutine_handle<task_promise<T>> child_;
    std::coroutine_handle<> parent_ = {};
};

struct task_access;

/// Throws std::logic_error: somebody waits for what has ended already, or was moved from.
[[noreturn]] inline void refuse_wait() {
    throw std::logic_error(
        "a task or stream is waited for that has ended before, or was moved from");
}

}  // namespace detail

/// Work that will yield a T, or throw. Nothing happens until somebody waits for it; it is waited
/// for once, with `co_await`, and ends where it stands when it is destroyed before.
///
/// A function is a coroutine where its body says `co_await` or `co_return`. It and all that it
/// calls run on one thread: the worker of its request, which serves others meanwhile. So it must
/// not block; see from_callback() for work of other threads. Parameters of coroutines must be
/// values, or refer to what lives as long as the request, as `context&` does.
///
/// With g++ 12: one `co_await` per statement, on names only; see docs/library.md.
template <class T>
class [[nodiscard]] task : public detail::task_awaitable {
  public:
    using promise_type = detail::task_promise<T>;

    task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            if (coroutine_) coroutine_.destroy();
            coroutine_ = std::exchange(other.coroutine_, {});
        }
        return *this;
    }
    ~task() {
        if (coroutine_) coroutine_.destroy();
    }

    /// `co_await work`: runs it and returns what it returns, or throws what it throws. Throws
    /// std::logic_error where it was waited for before, or moved from.
    detail::task_awaiter<T> operator co_await() & {
        expect_unused();
        return detail::task_awaiter<T>(coroutine_);
    }
    detail::task_awaiter<T> operator co_await() && {
        expect_unused();
        return detail::task_awaiter<T>(coroutine_);
    }

  private:
    void expect_unused() const {
        if (!coroutine_ || coroutine_.done()) detail::refuse_wait();
    }

    friend detail::task_promise<T>;
    friend detail::task_access;
    explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<task_promise<T>>::from_promise(*this));
}
inline task<void> task_promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<task_promise<void>>::from_promise(*this));
}

struct task_access {
    template <class T>
    static std::coroutine_handle<task_promise<T>> coroutine(task<T>& work) noexcept {
        return work.coroutine_;
    }
    template <class T>
    static void expect_unused(const task<T>& work) {
        work.expect_unused();
    }
};

/// What is between a callback and the coroutine that waits for it. But for `outcome`, which one
/// thread writes before it posts, everything belongs to the worker.
template <class T>
struct callback_state {
    std::mutex mutex = {};
    std::shared_ptr<task_home> home = {};
    std::variant<std::monostate, T, std::exception_ptr> outcome = {};
    std::coroutine_handle<> waiting = {};
};

}  // namespace detail

/// How a callback gives its result to the task that waits for it; from any thread, also after the
/// task is gone. The first result counts.
template <class T>
class completion {
  public:
    /// The task goes on with `value`.
    void operator()(T value) const {
        const std::lock_guard lock(state_->mutex);
        if (state_->outcome.index() != 0) return;
        state_->outcome.template emplace<1>(std::move(value));
        wake();
    }
    /// The task goes on by throwing `failure`.
    void fail(std::exception_ptr failure) const {
        if (!failure)
            failure = std::make_exception_ptr(
                std::logic_error("completion::fail() was given no exception."));
        const std::lock_guard lock(state_->mutex);
        if (state_->outcome.index() != 0) return;
        state_->outcome.template emplace<2>(std::move(failure));
        wake();
    }

    explicit completion(std::shared_ptr<detail::callback_state<T>> state)
        : state_(std::move(state)) {}

  private:
    void wake() const {
        state_->home->post([state = state_] {
            if (auto waiting = std::exchange(state->waiting, {})) waiting.resume();
        });
    }
    // Shared by the waiting task and whoever completes it.
    std::shared_ptr<detail::callback_state<T>> state_;
};

namespace detail {

template <class T, class Start>
class callback_awaiter {
  public:
    explicit callback_awaiter(Start start)
        : start_(std::move(start)), state_(std::make_shared<callback_state<T>>()) {}
    callback_awaiter(const callback_awaiter&) = delete;
    callback_awaiter& operator=(const callback_awaiter&) = delete;
    ~callback_awaiter() { state_->waiting = {}; }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> waiting) {
        state_->home = waiting.promise().home->shared_from_this();
        state_->waiting = waiting;
        try {
            start_(completion<T>(state_));
        } catch (...) {
            state_->waiting = {};
            throw;
        }
    }
    T await_resume() {
        const std::lock_guard lock(state_->mutex);
        if (state_->outcome.index() == 2) std::rethrow_exception(std::get<2>(state_->outcome));
        return std::get<1>(std::move(state_->outcome));
    }

  private:
    Start start_;
    // Shared with the completion, which may outlive the task.
    std::shared_ptr<callback_state<T>> state_;
};

// What is waited for is not its own awaiter: g++ 12 would copy it.
template <class T, class Start>
class callback_operation : public task_awaitable {
  public:
    explicit callback_operation(Start start) : start_(std::move(start)) {}
    callback_awaiter<T, Start> operator co_await() {
        return callback_awaiter<T, Start>(std::move(start_));
    }

  private:
    Start start_;
};

/// Runs tasks beside each other; the last one to end continues who waits.
template <class T>
class all_awaiter {
  public:
    explicit all_awaiter(std::vector<task<T>>& tasks) noexcept : tasks_(tasks) {}
    all_awaiter(const all_awaiter&) = delete;
    all_awaiter& operator=(const all_awaiter&) = delete;

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
        parent_ = parent;
        running_ = tasks_.size() + 1;
        for (task<T>& each : tasks_) {
            auto child = task_access::coroutine(each);
            child.promise().home = parent.promise().home;
            child.promise().finish_argument = this;
            child.promise().on_finish = [](void* self) noexcept -> std::coroutine_handle<> {
                auto* all = static_cast<all_awaiter*>(self);
                return --all->running_ == 0 ? all->parent_ : std::noop_coroutine();
            };
            child.resume();
        }
        return --running_ != 0;
    }
    void await_resume() const noexcept {}

  private:
    std::vector<task<T>>& tasks_;
    std::coroutine_handle<> parent_ = {};
    std::size_t running_ = 0;
};

template <class T>
class all_operation : public task_awaitable {
  public:
    explicit all_operation(std::vector<task<T>>& tasks) noexcept : tasks_(tasks) {}
    all_awaiter<T> operator co_await() const noexcept { return all_awaiter<T>(tasks_); }

  private:
    std::vector<task<T>>& tasks_;
};

}  // namespace detail

/// Waits for something that calls back: `auto rows = co_await from_callback<Rows>(start);` calls
/// `start(completion<Rows>)` at once and goes on with what the completion is given. Where the task
/// is gone by then, the result is dropped.
template <class T, class Start>
[[nodiscard]] detail::callback_operation<T, Start> from_callback(Start start) {
    return detail::callback_operation<T, Start>(std::move(start));
}

/// Runs `tasks` at the same time and returns what they return, in their order. Where some throw,
/// all end first; then the first failure is thrown.
template <class T>
task<std::vector<T>> when_all(std::vector<task<T>> tasks) {
    for (const task<T>& each : tasks)
        detail::task_access::expect_unused(each);
    detail::all_operation<T> all(tasks);
    co_await all;
    std::vector<T> out;
    out.reserve(tasks.size());
    for (task<T>& each : tasks)
        out.push_back(detail::task_access::coroutine(each).promise().take());
    co_return out;
}

/// The same for tasks that return nothing.
inline task<void> when_all(std::vector<task<void>> tasks) {
    for (const task<void>& each : tasks)
        detail::task_access::expect_unused(each);
    detail::all_operation<void> all(tasks);
    co_await all;
    for (task<void>& each : tasks)
        detail::task_access::coroutine(each).promise().take();
}

}  // namespace fraiseql
