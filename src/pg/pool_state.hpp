// SPDX-License-Identifier: MIT
// Pool::State: what the pool does with its lanes when batches, answers, losses and time come in.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "pg/lane.hpp"
#include "pg/pool.hpp"
#include "pg/transaction_settings.hpp"
#include "runtime/mailbox.hpp"

namespace fraiseql::pg {

class Pool::State final : public std::enable_shared_from_this<Pool::State>,
                          public Connection::Owner {
  public:
    State(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings);

    /// Call once, before all else.
    void follow_breaker();
    void start();
    /// Sends or queues the batch; returns the error where it can do neither.
    std::optional<sql::DatabaseError> submit(const std::shared_ptr<Pending>& pending);
    /// The caller no longer waits: forget the batch, or cancel its statement.
    void abandon(const std::shared_ptr<Pending>& pending);
    void close();
    PoolStatus status() const;

    void finished(Connection& connection,
                  std::vector<std::shared_ptr<Exchange>>& exchanges) override;
    void lost(Connection& connection, const sql::DatabaseError& error,
              std::deque<std::shared_ptr<Exchange>> unanswered) override;
    void cancelled(Connection& connection) override;

  private:
    using Timer =
        boost::asio::basic_waitable_timer<runtime::Clock, boost::asio::wait_traits<runtime::Clock>,
                                          runtime::Executor>;

    LaneState& lane_of(Lane lane) { return lane == Lane::Quick ? quick_ : exclusive_; }
    LaneState& lane_of(const Connection& connection);
    void connect_missing(Lane lane);
    void begin_connect(Lane lane, const Breaker::Attempt& attempt);
    ConnectSettings connect_settings(Lane lane) const;
    void connected(Lane lane, Established established);
    void connect_failed(Lane lane, const Breaker::Attempt& attempt, sql::DatabaseError error);
    bool down(const LaneState& lane) const { return lane.down(breaker_->state()); }
    /// Why the lane is down.
    sql::DatabaseError reason(const LaneState& lane) const;
    void refuse_waiting(LaneState& lane);
    void database_is_back();
    /// The database could not be reached.
    void blame(const Breaker::Attempt& attempt, const sql::DatabaseError& error);
    void say_warm();
    void send(Connection& connection, std::shared_ptr<Pending> pending);
    void send_reset(Connection& connection, Lane lane, runtime::Clock::time_point now);
    void dispatch(LaneState& lane);
    // pool_upkeep.cpp
    runtime::Clock::time_point end_of_life();
    void arm_upkeep();
    void look_after(LaneState& lane, Lane which, runtime::Clock::time_point now);
    void check_health(Connection& connection, Lane which, runtime::Clock::time_point now);
    void look_for_server(runtime::Clock::time_point now);
    void looked(const Breaker::Attempt& attempt, const std::optional<sql::DatabaseError>& error);
    void answer(const std::shared_ptr<Pending>& pending);
    bool send_again(const std::shared_ptr<Pending>& pending);
    void cancel_abandoned_front(Connection& connection);
    void arm_timer();
    void tick();
    void expire(LaneState& lane, runtime::Clock::time_point now);
    void log(const LogEntry& entry) const;

    runtime::Executor executor_;
    runtime::Outbound& outbound_;
    /// PQcancel waits for a server that hangs; nobody who connects waits behind it.
    runtime::Outbound cancels_;
    PoolSettings settings_;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    std::shared_ptr<Breaker> breaker_;
    LaneState quick_;
    LaneState exclusive_;
    TransactionSettings local_settings_;
    Timer timer_;
    Timer upkeep_timer_;
    std::minstd_rand random_;
    std::uint64_t retired_ = 0;
    bool upkeep_armed_ = false;
    bool warm_ = false;
    /// There is a pooler: what was found out when a connection was made.
    bool pooled_ = false;
    std::uint64_t batches_ = 0;
    std::uint64_t statements_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t lost_ = 0;
    std::chrono::nanoseconds busy_{0};
    bool timer_armed_ = false;
    bool closed_ = false;
};

}  // namespace fraiseql::pg
