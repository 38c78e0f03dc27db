// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "fraiseql/timer.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql {
namespace {

// Nothing here lives that long, and clocks count to about 300 years only.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);

runtime::Task<bool> wait(std::chrono::milliseconds time) {
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor,
                                    std::clamp(time, std::chrono::milliseconds(0), kLongest));
    co_await timer.async_wait(runtime::kAwait);
    co_return true;
}

}  // namespace

task<void> sleep_for(std::chrono::milliseconds time) { co_await runtime::adopt(wait(time)); }

}  // namespace fraiseql
