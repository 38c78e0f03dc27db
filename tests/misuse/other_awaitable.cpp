// SPDX-License-Identifier: MIT
// expect: a fraiseql::task waits for tasks and for fraiseql::from_callback() only
#include <fraiseql/fraiseql.hpp>

fraiseql::task<int> wait() {
    co_await std::suspend_always{};
    co_return 1;
}
