// SPDX-License-Identifier: MIT
// The part of Pool::State that looks after connections: age, idleness, health and silence.
#include <algorithm>

#include "pg/pool_state.hpp"

namespace fraiseql::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto kUpkeep = 250ms;
// What an idle connection has to answer within, and a statement that was asked to stop.
constexpr auto kPatience = 5s;
constexpr int kProbeSeconds = 2;

sql::DatabaseError no_answer() {
    return sql::database_error("08006", "the database does not answer on this connection any more");
}

}  // namespace

/// The age at which a new connection is replaced: not all of them, and all servers', at once.
runtime::Clock::time_point Pool::State::end_of_life() {
    if (settings_.max_lifetime.count() == 0) return runtime::Clock::time_point::max();
    const auto life = std::chrono::milliseconds(settings_.max_lifetime);
    std::uniform_int_distribution<std::int64_t> tenth(0, life.count() / 10);
    return runtime::Clock::now() + life - std::chrono::milliseconds(tenth(random_));
}

void Pool::State::arm_upkeep() {
    if (upkeep_armed_ || closed_) return;
    upkeep_armed_ = true;
    upkeep_timer_.expires_after(kUpkeep);
    upkeep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || self == nullptr || self->closed_) return;
        self->upkeep_armed_ = false;
        const auto now = runtime::Clock::now();
        for (const Lane which : {Lane::Quick, Lane::Exclusive})
            self->look_after(self->lane_of(which), which, now);
        self->look_for_server(now);
        self->arm_upkeep();
    });
}

void Pool::State::look_after(LaneState& lane, Lane which, runtime::Clock::time_point now) {
    // A copy: connections are closed on the way.
    const auto connections = lane.connections;
    for (const auto& connection : connections) {
        const auto quiet = now - connection->quiet_since();
        const auto& in_flight = connection->in_flight();
        if (!in_flight.empty()) {
            const auto& front = static_cast<const Pending&>(*in_flight.front());
            if (front.abandoned && quiet > kPatience) {
                auto unanswered = connection->close();
                lost(*connection, no_answer(), std::move(unanswered));
                continue;
            }
        }
        if (now >= connection->end_of_life() && !lane.is_retiring(*connection))
            lane.retiring.push_back(connection.get());
        if (!in_flight.empty()) continue;
        const bool replaced =
            lane.is_retiring(*connection) && (!lane.keep_full || lane.has_successor());
        const bool idle =
            !lane.keep_full && settings_.max_idle.count() > 0 && quiet >= settings_.max_idle;
        if (replaced || idle) {
            lane.remove(*connection);
            connection->close();
            ++retired_;
        } else if (settings_.check_interval.count() > 0 && quiet >= settings_.check_interval &&
                   !connection->cancelling()) {
            check_health(*connection, which, now);
        }
    }
    connect_missing(which);
    refuse_waiting(lane);
}

/// An empty batch: PostgreSQL answers its Sync. Nobody waits for that, but for its deadline.
void Pool::State::check_health(Connection& connection, Lane which, runtime::Clock::time_point now) {
    const auto pending = std::make_shared<Pending>();
    pending->lane = which;
    pending->deadline = now + kPatience;
    connection.send(pending);
    arm_timer();
}

/// Where the server leaves statements unanswered, asks on another connection whether it is there:
/// a slow statement is not an outage.
void Pool::State::look_for_server(runtime::Clock::time_point now) {
    const Breaker::State breaker = breaker_->state();
    const auto any_quiet = [&](const LaneState& lane) {
        return std::any_of(lane.connections.begin(), lane.connections.end(), [&](const auto& each) {
            return !each->in_flight().empty() && now - each->quiet_since() > kSilence;
        });
    };
    const bool wanted = breaker != Breaker::State::Closed ||
                        ((any_quiet(quick_) || any_quiet(exclusive_)) && breaker_->may_look(now));
    if (!wanted) return;
    const std::optional<Breaker::Attempt> attempt = breaker_->admit(now);
    if (!attempt) return;
    ConnectSettings settings = connect_settings(Lane::Quick);
    settings.timeout_seconds = std::min(settings.timeout_seconds, kProbeSeconds);
    auto job = [settings = std::move(settings), mailbox = mailbox_, weak = weak_from_this(),
                attempt = *attempt] {
        const auto connection = connect(settings);
        const auto error = connection ? std::optional<sql::DatabaseError>() : connection.error();
        mailbox->deliver([weak, error, attempt] {
            if (const auto self = weak.lock()) self->looked(attempt, error);
        });
    };
    if (!outbound_.post(std::move(job))) breaker_->failed(now, *attempt, breaker_->error());
}

void Pool::State::looked(const Breaker::Attempt& attempt,
                         const std::optional<sql::DatabaseError>& error) {
    if (closed_) return;
    // A server that says that it is full is there.
    if (!error || error->sqlstate == "53300") {
        if (breaker_->succeeded(runtime::Clock::now())) log("connected to the database again");
    } else {
        blame(attempt, *error);
    }
    for (LaneState* lane : {&quick_, &exclusive_})
        refuse_waiting(*lane);
}

}  // namespace fraiseql::pg
