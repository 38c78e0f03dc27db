// SPDX-License-Identifier: MIT
#include "runtime/stall_watch.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace fraiseql::runtime {
namespace {

using namespace std::chrono_literals;

class StallWatchTest : public ::testing::Test {
  protected:
    std::vector<std::string> lines() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    std::mutex mutex_;
    std::vector<std::string> lines_;
    std::shared_ptr<StallWatch> watch_ = StallWatch::make([this](const LogEntry& entry) {
        const std::lock_guard lock(mutex_);
        EXPECT_EQ(entry.level, LogLevel::Warning);
        lines_.emplace_back(entry.message);
    });
};

TEST_F(StallWatchTest, SaysNothingOfWhatIsShort) {
    for (int i = 0; i < 100; ++i)
        const StallWatch::Slice slice(watch_.get(), "short");
    EXPECT_TRUE(lines().empty());
}

TEST_F(StallWatchTest, NamesWhatHeldUpTheWorkerOnceASecond) {
    for (int i = 0; i < 3; ++i) {
        const StallWatch::Slice outer(watch_.get(), "the outer one");
        const StallWatch::Slice inner(watch_.get(), "the inner one");
        std::this_thread::sleep_for(StallWatch::kShort + 10ms);
    }
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_TRUE(lines()[0].starts_with("the outer one held up a worker for 1")) << lines()[0];
}

TEST_F(StallWatchTest, SpeaksUpWhileItLasts) {
    const StallWatch::Slice slice(watch_.get(), "the endless one");
    for (int i = 0; i < 500 && lines().empty(); ++i)
        std::this_thread::sleep_for(10ms);
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_NE(lines()[0].find("the endless one has held up a worker"), std::string::npos);
}

}  // namespace
}  // namespace fraiseql::runtime
