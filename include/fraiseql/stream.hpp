// SPDX-License-Identifier: MIT
// stream<T>: a coroutine that yields values, one for each time that somebody asks.
#pragma once

#include <concepts>
#include <coroutine>
#include <optional>
#include <utility>

#include "fraiseql/task.hpp"

namespace fraiseql {

template <class T>
class stream;

namespace detail {

template <class T>
class stream_promise : public task_promise_base {
  public:
    stream<T> get_return_object() noexcept;
    template <class U = T>
        requires std::constructible_from<T, U&&>
    final_awaiter yield_value(U&& value) {
        value_.emplace(std::forward<U>(value));
        return {};
    }
    void return_void() const noexcept {}
    std::optional<T> take() {
        if (failure) std::rethrow_exception(std::exchange(failure, {}));
        return std::exchange(value_, std::nullopt);
    }

  private:
    std::optional<T> value_ = {};
};

/// Runs a stream to its next value or its end, in place as far as it goes.
template <class T>
class stream_awaiter {
  public:
    explicit stream_awaiter(std::coroutine_handle<stream_promise<T>> child) noexcept
        : child_(child) {}
    stream_awaiter(const stream_awaiter&) = delete;
    stream_awaiter& operator=(const stream_awaiter&) = delete;

    bool await_ready() const noexcept { return child_.done(); }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
        stream_promise<T>& promise = child_.promise();
        promise.home = parent.promise().home;
        promise.finish_argument = this;
        promise.on_finish = [](void* self) noexcept -> std::coroutine_handle<> {
            auto* awaiter = static_cast<stream_awaiter*>(self);
            awaiter->arrived_ = true;
            return awaiter->parent_ ? awaiter->parent_ : std::noop_coroutine();
        };
        child_.resume();
        if (arrived_) return false;
        parent_ = parent;
        return true;
    }
    std::optional<T> await_resume() { return child_.promise().take(); }

  private:
    std::coroutine_handle<stream_promise<T>> child_;
    std::coroutine_handle<> parent_ = {};
    bool arrived_ = false;
};

// What is waited for is not its own awaiter: g++ 12 would copy it.
template <class T>
class stream_operation : public task_awaitable {
  public:
    explicit stream_operation(std::coroutine_handle<stream_promise<T>> child) noexcept
        : child_(child) {}
    stream_awaiter<T> operator co_await() const noexcept { return stream_awaiter<T>(child_); }

  private:
    std::coroutine_handle<stream_promise<T>> child_;
};

}  // namespace detail

/// Values that come one after the other: the events of a subscription, the rows of a copy. A
/// function is such a coroutine where its body says `co_yield value;`; it may `co_await` tasks,
/// too. It runs from one value to the next when the next one is asked for, so it is never ahead of
/// whoever takes them; where it is destroyed before its end, it ends where it stands, and
/// destructors run. What holds for parameters of tasks, and where they run, holds for it.
///
/// With g++ 12: yield names: `Row row{…}; co_yield row;`, see docs/library.md.
template <class T>
class [[nodiscard]] stream {
  public:
    using promise_type = detail::stream_promise<T>;
    using value_type = T;

    stream(stream&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
    stream& operator=(stream&& other) noexcept {
        if (this != &other) {
            if (coroutine_) coroutine_.destroy();
            coroutine_ = std::exchange(other.coroutine_, {});
        }
        return *this;
    }
    ~stream() {
        if (coroutine_) coroutine_.destroy();
    }

    /// `std::optional<T> value = co_await values.next();` is the next value, or nothing at the end.
    /// Throws what the stream throws, which is its end; std::logic_error where it was moved from.
    /// The stream must outlive the wait.
    detail::stream_operation<T> next() {
        if (!coroutine_) detail::refuse_wait();
        return detail::stream_operation<T>(coroutine_);
    }

  private:
    friend detail::stream_promise<T>;
    explicit stream(std::coroutine_handle<promise_type> coroutine) noexcept
        : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
stream<T> stream_promise<T>::get_return_object() noexcept {
    return stream<T>(std::coroutine_handle<stream_promise<T>>::from_promise(*this));
}

}  // namespace detail
}  // namespace fraiseql
