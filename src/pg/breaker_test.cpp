// SPDX-License-Identifier: MIT
#include "pg/breaker.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace fraiseql::pg {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;

sql::DatabaseError refused() {
    sql::DatabaseError error;
    error.sqlstate = "08001";
    error.message = "nobody listens";
    return error;
}

/// One that began at `now` while the breaker was closed.
Breaker::Attempt attempt(Breaker::TimePoint now) { return {.began = now}; }

bool is_probe(const std::optional<Breaker::Attempt>& attempt) { return attempt && attempt->probe; }

TEST(Breaker, LetsEverybodyTryUntilOneFails) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    for (int i = 0; i < 2; ++i) {
        const auto admitted = breaker.admit(now);
        ASSERT_TRUE(admitted);
        EXPECT_FALSE(admitted->probe);
    }
    EXPECT_TRUE(breaker.failed(now, attempt(now), refused()));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_EQ(breaker.error().message, "nobody listens");
    EXPECT_EQ(breaker.openings(), 1U);
}

TEST(Breaker, ProbesOneAtATime) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    breaker.failed(now, attempt(now), refused());
    const auto probe = breaker.admit(now + 50ms);
    ASSERT_TRUE(is_probe(probe));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_FALSE(breaker.admit(now + 50ms));
    // One that began before the breaker was opened says nothing about the probe.
    EXPECT_FALSE(breaker.failed(now + 50ms, attempt(now), refused()));
    EXPECT_EQ(breaker.state(), State::HalfOpen);
    EXPECT_FALSE(breaker.failed(now + 50ms, *probe, refused()));
    EXPECT_EQ(breaker.state(), State::Open);
    EXPECT_FALSE(breaker.admit(now + 60ms));
    EXPECT_TRUE(is_probe(breaker.admit(now + 150ms)));
    EXPECT_EQ(breaker.openings(), 1U);
}

TEST(Breaker, ForgetsAProbeThatNeverReports) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    breaker.failed(now, attempt(now), refused());
    EXPECT_TRUE(is_probe(breaker.admit(now + 1s)));
    EXPECT_FALSE(breaker.admit(now + 30s));
    EXPECT_TRUE(is_probe(breaker.admit(now + 31s)));
}

TEST(Breaker, IsNotOpenedAgainByWhatBeganBeforeItWasClosed) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    const auto slow = breaker.admit(now);
    ASSERT_TRUE(slow);
    breaker.failed(now + 2s, attempt(now), refused());
    EXPECT_TRUE(breaker.succeeded(now + 5s));
    EXPECT_FALSE(breaker.failed(now + 10s, *slow, refused()));
    EXPECT_EQ(breaker.state(), State::Closed);
    EXPECT_TRUE(breaker.failed(now + 10s, attempt(now + 5s), refused()));
    EXPECT_EQ(breaker.openings(), 2U);
}

TEST(Breaker, ProbesAtOnceWhereASilentConnectionSpeaks) {
    Breaker breaker;
    const Breaker::TimePoint now{};
    breaker.failed(now, attempt(now), refused());
    EXPECT_FALSE(breaker.admit(now));
    breaker.hope();
    const auto probe = breaker.admit(now);
    ASSERT_TRUE(is_probe(probe));
    // There is one already.
    breaker.hope();
    EXPECT_FALSE(breaker.admit(now));
    // Hope is for once.
    breaker.failed(now, *probe, refused());
    EXPECT_FALSE(breaker.admit(now));
}

TEST(Breaker, TellsThoseWhoFollowThatTheDatabaseIsBack) {
    boost::asio::io_context context;
    const auto mailbox = std::make_shared<runtime::Mailbox>(context.get_executor());
    Breaker breaker;
    int told = 0;
    breaker.follow(mailbox, [&told] { ++told; });
    EXPECT_FALSE(breaker.succeeded({}));
    breaker.failed({}, attempt({}), refused());
    EXPECT_TRUE(breaker.succeeded({}));
    EXPECT_FALSE(breaker.succeeded({}));
    EXPECT_EQ(breaker.state(), State::Closed);
    context.run();
    EXPECT_EQ(told, 1);
    mailbox->close();
    breaker.failed({}, attempt({}), refused());
    EXPECT_TRUE(breaker.succeeded({}));
    context.restart();
    context.run();
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace fraiseql::pg
