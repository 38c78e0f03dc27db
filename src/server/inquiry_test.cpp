// SPDX-License-Identifier: MIT
#include "server/inquiry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <condition_variable>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// A worker that runs until it has `wanted` answers.
class Askers {
  public:
    explicit Askers(Inquiry& inquiry) : inquiry_(inquiry) {}
    ~Askers() { mailbox_->close(); }

    void ask() { asio::co_spawn(context_, one(), asio::detached); }

    std::vector<Inquiry::Answer> answers(std::size_t wanted) {
        context_.restart();
        const auto work = asio::make_work_guard(context_);
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (answers_.size() < wanted && std::chrono::steady_clock::now() < deadline)
            context_.run_for(1ms);
        return answers_;
    }

    void poll() {
        context_.restart();
        context_.poll();
    }

  private:
    runtime::Task<> one() {
        const auto mailbox = mailbox_;
        auto answer = co_await inquiry_.ask(mailbox);
        answers_.push_back(std::move(answer));
    }

    asio::io_context context_;
    Inquiry& inquiry_;
    std::shared_ptr<runtime::Mailbox> mailbox_ =
        std::make_shared<runtime::Mailbox>(context_.get_executor());
    std::vector<Inquiry::Answer> answers_;
};

/// What a thread waits at.
class Gate {
  public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 10s, [this] { return open_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

TEST(Inquiry, IsAskedOnceForAllWhoWait) {
    Gate gate;
    std::atomic<int> asked = 0;
    Inquiry inquiry(
        [&](Interruption&) -> Inquiry::Answer {
            gate.wait();
            return std::to_string(++asked);
        },
        0ms);
    Askers askers(inquiry);
    for (int i = 0; i < 5; ++i)
        askers.ask();
    askers.poll();
    gate.open();
    const auto answers = askers.answers(5);
    ASSERT_EQ(answers.size(), 5U);
    for (const auto& answer : answers)
        EXPECT_EQ(answer.value(), "1");
    askers.ask();
    EXPECT_EQ(askers.answers(6).back().value(), "2");
}

TEST(Inquiry, GivesAnAnswerAgainWhileItIsFresh) {
    std::atomic<int> asked = 0;
    Inquiry inquiry([&](Interruption&) -> Inquiry::Answer { return std::to_string(++asked); }, 1h);
    Askers askers(inquiry);
    for (std::size_t i = 1; i <= 3; ++i) {
        askers.ask();
        EXPECT_EQ(askers.answers(i).back().value(), "1");
    }
}

TEST(Inquiry, AsksAgainAfterAnError) {
    std::atomic<int> asked = 0;
    Inquiry inquiry(
        [&](Interruption&) -> Inquiry::Answer {
            if (++asked == 1) return fail(ErrorCode::ServiceUnavailable, "away");
            return std::string("there");
        },
        1h);
    Askers askers(inquiry);
    askers.ask();
    EXPECT_EQ(askers.answers(1).back().error().message, "away");
    askers.ask();
    EXPECT_EQ(askers.answers(2).back().value(), "there");
}

TEST(Inquiry, IsInterruptedAtTheEnd) {
    std::atomic<bool> interrupted = false;
    Gate begun;
    {
        Gate gate;
        Inquiry inquiry(
            [&](Interruption& interruption) -> Inquiry::Answer {
                interruption.on_interrupt([&] {
                    interrupted = true;
                    gate.open();
                });
                begun.open();
                gate.wait();
                return std::string();
            },
            0ms);
        Askers askers(inquiry);
        askers.ask();
        askers.poll();
        begun.wait();
    }
    EXPECT_TRUE(interrupted);
}

TEST(Interruption, HappensAtOnceWhereItIsLate) {
    Interruption interruption;
    int count = 0;
    interruption.on_interrupt([&] { ++count; });
    interruption.interrupt();
    interruption.interrupt();
    EXPECT_EQ(count, 1);
    interruption.on_interrupt([&] { ++count; });
    EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace fraiseql::server
