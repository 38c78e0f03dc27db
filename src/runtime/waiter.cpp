// SPDX-License-Identifier: MIT
#include "runtime/waiter.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace fraiseql::runtime {

Task<bool> Waiter::wait() {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    if (!woken_ && !cancelled) {
        auto initiation = [this](Parked handler) { park(std::move(handler)); };
        constexpr Token token;
        co_await boost::asio::async_initiate<const Token, void()>(initiation, token);
        // Not in resume(): there it would destroy the function that is running.
        slot_.clear();
    }
    const bool woken = std::exchange(woken_, false);
    co_return woken;
}

void Waiter::wake() {
    woken_ = true;
    resume();
}

void Waiter::park(Parked handler) {
    slot_ = boost::asio::get_associated_cancellation_slot(handler);
    parked_.emplace(std::move(handler));
    if (slot_.is_connected()) {
        slot_.assign([this](boost::asio::cancellation_type) { resume(); });
    }
}

void Waiter::resume() {
    if (!parked_) return;
    Parked handler = std::move(*parked_);
    parked_.reset();
    boost::asio::post(std::move(handler));
}

}  // namespace fraiseql::runtime
