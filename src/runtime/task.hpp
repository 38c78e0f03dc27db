// SPDX-License-Identifier: MIT
// The coroutine vocabulary of the I/O layers: Task, Executor and the completion token they share.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace fraiseql::runtime {

using Clock = std::chrono::steady_clock;
using Executor = boost::asio::io_context::executor_type;

/// A coroutine that runs on one worker. Obeys the statement form that tools/check_coroutines.py
/// holds it to: one co_await per statement, on names only.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// Completion token of every wait: errors come back as values, never as exceptions.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

}  // namespace fraiseql::runtime
