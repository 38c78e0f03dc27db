// SPDX-License-Identifier: MIT
#include "pg/breaker.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace fraiseql::pg {
namespace {

using namespace std::chrono_literals;
using Admission = Breaker::Admission;
using State = Breaker::State;

sql::DatabaseError refused() {
    sql::DatabaseError error;
    error.sqlstate = "08001";
    error.message = "nobody listens";
    return error;
}

TEST(Breaker, LetsEverybodyTryUntilOneFails) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    EXPECT_EQ(breaker.admit(now), Admission::Yes);
    EXPECT_EQ(breaker.admit(now), Admission::Yes);
    EXPECT_TRUE(breaker.failed(now, Admission::Yes, refused()));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.admit(now), Admission::No);
    EXPECT_EQ(breaker.error().message, "nobody listens");
    EXPECT_EQ(breaker.openings(), 1U);
}

TEST(Breaker, ProbesOneAtATime) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    breaker.failed(now, Admission::Yes, refused());
    EXPECT_EQ(breaker.admit(now + 50ms), Admission::Probe);
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_EQ(breaker.admit(now + 50ms), Admission::No);
    // One that began before the breaker was opened says nothing about the probe.
    EXPECT_FALSE(breaker.failed(now + 50ms, Admission::Yes, refused()));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_FALSE(breaker.failed(now + 50ms, Admission::Probe, refused()));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_EQ(breaker.admit(now + 60ms), Admission::No);
    EXPECT_EQ(breaker.admit(now + 150ms), Admission::Probe);
    EXPECT_EQ(breaker.openings(), 1U);
}

TEST(Breaker, ForgetsAProbeThatNeverReports) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    breaker.failed(now, Admission::Yes, refused());
    EXPECT_EQ(breaker.admit(now + 1s), Admission::Probe);
    EXPECT_EQ(breaker.admit(now + 30s), Admission::No);
    EXPECT_EQ(breaker.admit(now + 31s), Admission::Probe);
}

TEST(Breaker, TellsThoseWhoFollowThatTheDatabaseIsBack) {
    boost::asio::io_context context;
    const auto mailbox = std::make_shared<runtime::Mailbox>(context.get_executor());
    Breaker breaker;
    int told = 0;
    breaker.follow(mailbox, [&told] { ++told; });
    EXPECT_FALSE(breaker.succeeded());
    breaker.failed({}, Admission::Yes, refused());
    EXPECT_TRUE(breaker.succeeded());
    EXPECT_FALSE(breaker.succeeded());
    EXPECT_EQ(breaker.state(), State::Closed);
    context.run();
    EXPECT_EQ(told, 1);
    mailbox->close();
    breaker.failed({}, Admission::Yes, refused());
    EXPECT_TRUE(breaker.succeeded());
    context.restart();
    context.run();
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace fraiseql::pg
