// SPDX-License-Identifier: MIT
#include "runtime/task_bridge.hpp"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <string>
#include <thread>

namespace fraiseql::runtime {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Sets a flag when the coroutine whose local it is has gone.
struct Farewell {
    bool& gone;
    explicit Farewell(bool& flag) : gone(flag) {}
    ~Farewell() { gone = true; }
};

fraiseql::task<int> immediately(int value) { co_return value; }

fraiseql::task<int> throwing(std::string message) {
    throw std::runtime_error(message);
    co_return 0;
}

fraiseql::task<int> sum_of(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) {
        const int one = co_await immediately(1);
        sum += one;
    }
    co_return sum;
}

fraiseql::task<std::string> caught() {
    std::string message;
    try {
        co_await throwing("it broke");
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    co_return message;
}

fraiseql::task<int> on_another_thread(std::thread& thread, std::thread::id& continued) {
    const auto start = [&thread](fraiseql::completion<int> done) {
        thread = std::thread([done] {
            std::this_thread::sleep_for(5ms);
            done(42);
            done(43);
        });
    };
    const int value = co_await fraiseql::from_callback<int>(start);
    continued = std::this_thread::get_id();
    co_return value;
}

Task<int> slept(std::chrono::milliseconds time, int value) {
    const Executor executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, time);
    const auto [error] = co_await timer.async_wait(kAwait);
    co_return error ? -1 : value;
}

fraiseql::task<int> adopting(std::chrono::milliseconds time, int value, bool& gone) {
    const Farewell farewell(gone);
    const int slept_for = co_await adopt(slept(time, value));
    co_return slept_for;
}

fraiseql::task<std::vector<int>> beside_each_other(bool& gone) {
    std::vector<fraiseql::task<int>> tasks;
    tasks.push_back(adopting(3ms, 1, gone));
    tasks.push_back(immediately(2));
    tasks.push_back(adopting(1ms, 3, gone));
    auto all = fraiseql::when_all(std::move(tasks));
    co_return co_await std::move(all);
}

template <class T>
Task<> take(RunningTask<T>& running, std::optional<T>& out, std::string& error) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool ended = co_await running.wait();
    if (!ended) co_return;
    try {
        out = running.take();
    } catch (const std::exception& each) {
        error = each.what();
    }
}

class TaskBridge : public testing::Test {
  protected:
    TaskBridge()
        : mailbox_(std::make_shared<Mailbox>(context_.get_executor())),
          home_(std::make_shared<WorkerHome>(context_.get_executor(), mailbox_)) {}
    ~TaskBridge() override { mailbox_->close(); }

    template <class T>
    std::optional<T> result_of(fraiseql::task<T> work) {
        RunningTask<T> running(std::move(work));
        running.start(*home_);
        std::optional<T> out;
        const auto guard = asio::make_work_guard(context_);
        asio::co_spawn(context_, take(running, out, error_),
                       [this](const std::exception_ptr&) { context_.stop(); });
        context_.restart();
        context_.run();
        return out;
    }

    asio::io_context context_{1};
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<WorkerHome> home_;
    std::string error_ = {};
};

TEST_F(TaskBridge, ReturnsWhatATaskReturns) {
    EXPECT_EQ(result_of(immediately(7)), 7);
    EXPECT_EQ(result_of(caught()), "it broke");
}

TEST_F(TaskBridge, ManyTasksThatDoNotWaitNeedNoStack) {
    EXPECT_EQ(result_of(sum_of(1'000'000)), 1'000'000);
}

TEST_F(TaskBridge, CarriesExceptions) {
    EXPECT_EQ(result_of(throwing("no")), std::nullopt);
    EXPECT_EQ(error_, "no");
}

TEST_F(TaskBridge, ContinuesOnItsWorkerAfterACallback) {
    std::thread thread;
    std::thread::id continued;
    EXPECT_EQ(result_of(on_another_thread(thread, continued)), 42);
    EXPECT_EQ(continued, std::this_thread::get_id());
    thread.join();
}

TEST_F(TaskBridge, DropsTheResultForATaskThatIsGone) {
    std::thread thread;
    std::thread::id continued;
    {
        RunningTask<int> running(on_another_thread(thread, continued));
        running.start(*home_);
        EXPECT_FALSE(running.done());
    }
    thread.join();
    context_.run();
    EXPECT_EQ(continued, std::thread::id());
}

TEST_F(TaskBridge, RunsOurTasksInsideTheirs) {
    bool gone = false;
    EXPECT_EQ(result_of(adopting(1ms, 5, gone)), 5);
    EXPECT_TRUE(gone);
}

TEST_F(TaskBridge, RunsTasksBesideEachOther) {
    bool gone = false;
    EXPECT_EQ(result_of(beside_each_other(gone)), (std::vector<int>{1, 2, 3}));
}

TEST_F(TaskBridge, CancelsWhatADestroyedTaskWaitsFor) {
    bool gone = false;
    {
        RunningTask<int> running(adopting(1h, 5, gone));
        running.start(*home_);
        context_.poll();
        EXPECT_FALSE(running.done());
    }
    EXPECT_TRUE(gone);
    const auto started = Clock::now();
    context_.run();
    EXPECT_LT(Clock::now() - started, 1min);
}

TEST_F(TaskBridge, SurvivesAWorkerThatEndsInTheMiddle) {
    bool gone = false;
    auto context = std::make_unique<asio::io_context>(1);
    const auto mailbox = std::make_shared<Mailbox>(context->get_executor());
    const auto home = std::make_shared<WorkerHome>(context->get_executor(), mailbox);
    auto running = std::make_unique<RunningTask<int>>(adopting(1h, 5, gone));
    running->start(*home);
    context->poll();
    mailbox->close();
    running.reset();
    context.reset();
    EXPECT_TRUE(gone);
}

TEST_F(TaskBridge, AWaitCanBeGivenUp) {
    bool gone = false;
    RunningTask<int> running(adopting(1h, 5, gone));
    running.start(*home_);
    std::optional<int> out;
    asio::co_spawn(context_, take(running, out, error_), asio::detached);
    context_.poll();
    running.give_up();
    context_.poll();
    EXPECT_EQ(out, std::nullopt);
    EXPECT_FALSE(running.done());
}

}  // namespace
}  // namespace fraiseql::runtime
