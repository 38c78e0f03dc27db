// SPDX-License-Identifier: MIT
#include "runtime/waiter.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace fraiseql::runtime {
namespace {

namespace asio = boost::asio;

Task<> record(Waiter& waiter, std::vector<bool>& seen) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool woken = co_await waiter.wait();
    seen.push_back(woken);
}

TEST(Waiter, ContinuesInALaterTurnWhenWoken) {
    asio::io_context context;
    Waiter waiter;
    std::vector<bool> seen;
    asio::co_spawn(context, record(waiter, seen), asio::detached);
    context.poll();
    EXPECT_TRUE(seen.empty());
    waiter.wake();
    EXPECT_TRUE(seen.empty());
    context.poll();
    EXPECT_EQ(seen, std::vector<bool>{true});
}

TEST(Waiter, RemembersAWakeFromBeforeTheWait) {
    asio::io_context context;
    Waiter waiter;
    std::vector<bool> seen;
    waiter.wake();
    asio::co_spawn(context, record(waiter, seen), asio::detached);
    context.run();
    EXPECT_EQ(seen, std::vector<bool>{true});
}

TEST(Waiter, ReturnsFalseWhenTheCallerIsCancelled) {
    asio::io_context context;
    Waiter waiter;
    std::vector<bool> seen;
    asio::cancellation_signal signal;
    asio::co_spawn(context, record(waiter, seen),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    context.poll();
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    EXPECT_EQ(seen, std::vector<bool>{false});
}

TEST(Waiter, ForgetsTheCancellationOnceWoken) {
    asio::io_context context;
    auto waiter = std::make_unique<Waiter>();
    std::vector<bool> seen;
    asio::cancellation_signal signal;
    asio::co_spawn(context, record(*waiter, seen),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    context.poll();
    waiter->wake();
    context.poll();
    waiter.reset();
    signal.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(seen, std::vector<bool>{true});
}

}  // namespace
}  // namespace fraiseql::runtime
