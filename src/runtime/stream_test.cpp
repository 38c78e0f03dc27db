// SPDX-License-Identifier: MIT
#include "fraiseql/stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "fraiseql/timer.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql::runtime {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct Farewell {
    bool& gone;
    explicit Farewell(bool& flag) : gone(flag) {}
    ~Farewell() { gone = true; }
};

fraiseql::stream<std::string> texts(int count, bool waits, bool& gone) {
    const Farewell farewell(gone);
    for (int i = 0; i < count; ++i) {
        if (waits) co_await fraiseql::sleep_for(1ms);
        std::string text = "a text that is too long for the object itself: " + std::to_string(i);
        co_yield text;
    }
}

fraiseql::stream<int> throwing(bool waits) {
    int one = 1;
    co_yield one;
    if (waits) co_await fraiseql::sleep_for(1ms);
    throw std::runtime_error("it broke");
}

fraiseql::stream<int> numbers(int count) {
    for (int i = 0; i < count; ++i)
        co_yield i;
}

/// A stream of another one's values.
fraiseql::stream<int> doubled(fraiseql::stream<int> from) {
    std::optional<int> value = co_await from.next();
    while (value) {
        int twice = *value * 2;
        co_yield twice;
        value = co_await from.next();
    }
}

template <class T>
fraiseql::task<std::vector<T>> all(fraiseql::stream<T> values) {
    std::vector<T> out;
    std::optional<T> value = co_await values.next();
    while (value) {
        out.push_back(std::move(*value));
        value = co_await values.next();
    }
    // It stays at its end.
    value = co_await values.next();
    if (value) out.clear();
    co_return out;
}

fraiseql::task<std::int64_t> sum(fraiseql::stream<int> values) {
    std::int64_t out = 0;
    std::optional<int> value = co_await values.next();
    while (value) {
        out += *value;
        value = co_await values.next();
    }
    co_return out;
}

fraiseql::task<std::string> first_only(bool& gone) {
    auto values = texts(10, true, gone);
    std::optional<std::string> value = co_await values.next();
    co_return *value;
}

class StreamTest : public testing::Test {
  protected:
    StreamTest()
        : mailbox_(std::make_shared<Mailbox>(context_.get_executor())),
          home_(std::make_shared<WorkerHome>(context_.get_executor(), mailbox_)) {}
    ~StreamTest() override { mailbox_->close(); }

    template <class T>
    T result_of(fraiseql::task<T> work) {
        RunningTask<T> running(std::move(work));
        running.start(*home_);
        while (!running.done()) {
            context_.restart();
            context_.run_one_for(1min);
        }
        return running.take();
    }

    asio::io_context context_{1};
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<WorkerHome> home_;
};

TEST_F(StreamTest, YieldsItsValuesInTheirOrder) {
    for (const bool waits : {false, true}) {
        bool gone = false;
        const auto values = result_of(all(texts(3, waits, gone)));
        ASSERT_EQ(values.size(), 3U);
        EXPECT_TRUE(values[2].ends_with(": 2"));
        EXPECT_TRUE(gone);
    }
}

TEST_F(StreamTest, ThrowsWhatItThrows) {
    EXPECT_THROW(result_of(all(throwing(false))), std::runtime_error);
    EXPECT_THROW(result_of(all(throwing(true))), std::runtime_error);
}

TEST_F(StreamTest, StreamsOfStreamsNeedNoStack) {
    EXPECT_EQ(result_of(sum(doubled(doubled(numbers(300'000))))), 4 * 44'999'850'000);
}

TEST_F(StreamTest, EndsWhereItStandsWhenItIsDestroyed) {
    bool gone = false;
    EXPECT_TRUE(result_of(first_only(gone)).ends_with(": 0"));
    EXPECT_TRUE(gone);
}

TEST_F(StreamTest, EndsWithTheTaskThatWaitsForIt) {
    bool gone = false;
    {
        RunningTask<std::vector<std::string>> running(all(texts(3, true, gone)));
        running.start(*home_);
        EXPECT_FALSE(gone);
    }
    EXPECT_TRUE(gone);
    context_.run();
}

TEST_F(StreamTest, SurvivesAWorkerThatEndsInTheMiddle) {
    bool gone = false;
    auto context = std::make_unique<asio::io_context>(1);
    const auto mailbox = std::make_shared<Mailbox>(context->get_executor());
    const auto home = std::make_shared<WorkerHome>(context->get_executor(), mailbox);
    auto running =
        std::make_unique<RunningTask<std::vector<std::string>>>(all(texts(3, true, gone)));
    running->start(*home);
    mailbox->close();
    running.reset();
    context.reset();
    EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace fraiseql::runtime
