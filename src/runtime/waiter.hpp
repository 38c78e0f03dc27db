// SPDX-License-Identifier: MIT
// Waiter: where one coroutine waits until another part of its worker wakes it.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <optional>

#include "runtime/task.hpp"

namespace fraiseql::runtime {

/// Holds at most one waiting coroutine. Used on one worker's thread only; must outlive the wait.
class Waiter {
  public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Returns true after wake(), also one from before the call; false where the caller was
    /// cancelled instead.
    Task<bool> wait();

    /// Lets the coroutine continue, in a later turn of the event loop.
    void wake();

  private:
    using Token = boost::asio::use_awaitable_t<Executor>;
    using Parked = boost::asio::async_result<Token, void()>::handler_type;

    void park(Parked handler);
    void resume();

    std::optional<Parked> parked_;
    boost::asio::cancellation_slot slot_;
    bool woken_ = false;
};

}  // namespace fraiseql::runtime
