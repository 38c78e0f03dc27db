// SPDX-License-Identifier: MIT
#include "runtime/worker_set.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <csignal>
#include <future>
#include <memory>
#include <thread>

#include "runtime/outbound.hpp"

namespace fraiseql::runtime {
namespace {

using namespace std::chrono_literals;

struct Counts {
    std::atomic<int> started{0};
    std::atomic<int> drained{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> destroyed{0};
};

class Sleeper : public Program {
  public:
    Sleeper(const Executor& executor, Counts& counts, std::chrono::milliseconds drain_time)
        : timer_(executor), counts_(counts), drain_time_(drain_time) {}
    ~Sleeper() override { ++counts_.destroyed; }
    Result<void> start() override {
        ++counts_.started;
        return {};
    }
    Task<> drain() override {
        timer_.expires_after(drain_time_);
        const auto [error] = co_await timer_.async_wait(kAwait);
        if (!error) ++counts_.drained;
    }
    void cancel() override {
        timer_.cancel();
        ++counts_.cancelled;
    }

  private:
    using Timer =
        boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
    Timer timer_;
    Counts& counts_;
    std::chrono::milliseconds drain_time_;
};

class Stubborn : public Sleeper {
  public:
    using Sleeper::Sleeper;
    void cancel() override {}
};

template <class Kind = Sleeper>
MakeProgram sleepers(Counts& counts, std::chrono::milliseconds drain_time) {
    return [&counts, drain_time](const Executor& executor,
                                 std::size_t) -> Result<std::unique_ptr<Program>> {
        return std::make_unique<Kind>(executor, counts, drain_time);
    };
}

TEST(WorkerSet, DrainsEveryWorkerBeforeItStops) {
    Counts counts;
    WorkerSet workers({});
    ASSERT_TRUE(workers.start(3, sleepers(counts, 1ms)));
    EXPECT_TRUE(workers.stop(10s));
    EXPECT_EQ(counts.started, 3);
    EXPECT_EQ(counts.drained, 3);
    EXPECT_EQ(counts.cancelled, 0);
    EXPECT_EQ(counts.destroyed, 3);
}

TEST(WorkerSet, CancelsWhatOutlastsTheTimeout) {
    Counts counts;
    WorkerSet workers({});
    ASSERT_TRUE(workers.start(2, sleepers(counts, 1h)));
    EXPECT_FALSE(workers.stop(20ms));
    EXPECT_EQ(counts.drained, 0);
    EXPECT_EQ(counts.cancelled, 2);
    EXPECT_EQ(counts.destroyed, 2);
}

TEST(WorkerSet, DropsWhatCannotBeCancelled) {
    Counts counts;
    WorkerSet workers({});
    ASSERT_TRUE(workers.start(1, sleepers<Stubborn>(counts, 1h)));
    EXPECT_FALSE(workers.stop(20ms));
    EXPECT_EQ(counts.drained, 0);
    EXPECT_EQ(counts.destroyed, 1);
}

TEST(WorkerSet, ReturnsTheErrorOfAProgramThatCannotBeMade) {
    WorkerSet workers({});
    const auto started = workers.start(
        2, [](const Executor&, std::size_t index) -> Result<std::unique_ptr<Program>> {
            return fail(ErrorCode::Configuration, "no worker " + std::to_string(index));
        });
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "no worker 0");
}

TEST(RunUntilSignal, CallsTheHookOnHangupAndEndsOnTerm) {
    Counts counts;
    std::atomic<bool> running{false};
    RunSettings settings;
    settings.on_started = [&running] { running = true; };
    settings.on_hangup = [] { std::raise(SIGTERM); };
    std::thread sender([&running] {
        while (!running)
            std::this_thread::sleep_for(1ms);
        std::raise(SIGHUP);
    });
    EXPECT_TRUE(run_until_signal(settings, sleepers(counts, 1ms)));
    sender.join();
    EXPECT_EQ(counts.drained, 1);
}

TEST(Outbound, DoesNotWaitForAJobThatHangs) {
    const auto began = Clock::now();
    const auto over = std::make_shared<std::promise<void>>();
    const auto ended = std::make_shared<std::promise<void>>();
    const auto started = std::make_shared<std::promise<void>>();
    {
        Outbound outbound;
        ASSERT_TRUE(outbound.post([over, ended, started] {
            started->set_value();
            over->get_future().wait();
            ended->set_value();
        }));
        started->get_future().wait();
    }
    EXPECT_LT(Clock::now() - began, 20s);
    over->set_value();
    ended->get_future().wait();
}

TEST(Outbound, RunsJobsInOrderOnAnotherThread) {
    std::vector<int> seen;
    std::atomic<bool> done{false};
    const auto caller = std::this_thread::get_id();
    std::thread::id runner;
    {
        Outbound outbound;
        EXPECT_TRUE(outbound.post([&seen] { seen.push_back(1); }));
        EXPECT_TRUE(outbound.post([&seen, &runner, &done] {
            seen.push_back(2);
            runner = std::this_thread::get_id();
            done = true;
        }));
        while (!done)
            std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(seen, (std::vector<int>{1, 2}));
    EXPECT_NE(runner, caller);
}

}  // namespace
}  // namespace fraiseql::runtime
