// SPDX-License-Identifier: MIT
#include "runtime/polling_thread.hpp"

#include <gtest/gtest.h>

#include <future>

namespace fraiseql::runtime {
namespace {

using namespace std::chrono_literals;

TEST(PollingThread, LooksEverySoOften) {
    std::promise<bool> second;
    int looks = 0;
    PollingThread thread(1ms, [&](bool asked) {
        if (++looks == 2) second.set_value(asked);
    });
    thread.start();
    EXPECT_FALSE(second.get_future().get());
}

TEST(PollingThread, LooksWhenItIsAsked) {
    std::promise<bool> first;
    PollingThread thread(1h, [&](bool asked) { first.set_value(asked); });
    thread.start();
    thread.ask();
    EXPECT_TRUE(first.get_future().get());
}

TEST(PollingThread, ItsEndWaitsForALookInProgress) {
    std::promise<void> began;
    bool over = false;
    {
        PollingThread thread(1ms, [&](bool) {
            if (!over) began.set_value();
            std::this_thread::sleep_for(20ms);
            over = true;
        });
        thread.start();
        began.get_future().wait();
    }
    EXPECT_TRUE(over);
}

TEST(PollingThread, MayEndWithoutHavingBegun) {
    const PollingThread thread(1ms, [](bool) { FAIL(); });
}

}  // namespace
}  // namespace fraiseql::runtime
