// SPDX-License-Identifier: MIT
#include "pg/pool_state.hpp"

#include <random>
#include <string>

#include "pg/session_reset.hpp"

namespace fraiseql::pg {

namespace {

using namespace std::chrono_literals;

// How late a deadline or a reconnect may be noticed.
constexpr auto kTick = 20ms;
// How much earlier than the session's statement timeout a deadline is, to be set for its
// statements.
constexpr auto kWorthSetting = 500ms;
// Within this time after the longest statement, a session has to be as it was before.
constexpr auto kResetPatience = 5s;

Pending& pending_of(const std::shared_ptr<Exchange>& exchange) {
    return static_cast<Pending&>(*exchange);
}

/// Whether a write came to a server that takes none, such as one that was demoted. What is on the
/// exclusive lane runs alone, so nothing that somebody waits for is in flight on the connection.
bool met_read_only_server(const Exchange& exchange) {
    return !exchange.batch.read_only && exchange.error && exchange.error->sqlstate == "25006";
}

}  // namespace

Pool::State::State(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings)
    : executor_(executor),
      outbound_(outbound),
      settings_(std::move(settings)),
      mailbox_(std::make_shared<runtime::Mailbox>(executor)),
      breaker_(settings_.breaker ? settings_.breaker : std::make_shared<Breaker>()),
      quick_(settings_.quick_connections, settings_.max_in_flight, true, std::random_device{}()),
      exclusive_(settings_.exclusive_connections, 1, false, std::random_device{}()),
      local_settings_(settings_.session_settings),
      timer_(executor),
      upkeep_timer_(executor),
      random_(std::random_device{}()) {}

ConnectSettings Pool::State::connect_settings(Lane lane) const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings_.connect_timeout);
    ConnectSettings out{.conninfo = settings_.conninfo,
                        .timeout_seconds = static_cast<int>(seconds.count()),
                        .pooled = pooled_,
                        .session_settings = settings_.session_settings};
    out.session_settings.emplace_back("statement_timeout",
                                      std::to_string(settings_.statement_timeout.count()));
    if (lane == Lane::Quick) {
        out.session_settings.emplace_back("default_transaction_read_only", "on");
    }
    return out;
}

void Pool::State::follow_breaker() {
    breaker_->follow(mailbox_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->database_is_back();
    });
}

void Pool::State::start() { connect_missing(Lane::Quick); }

LaneState& Pool::State::lane_of(const Connection& connection) {
    for (const auto& each : quick_.connections) {
        if (each.get() == &connection) return quick_;
    }
    return exclusive_;
}

std::optional<sql::DatabaseError> Pool::State::submit(const std::shared_ptr<Pending>& pending) {
    if (closed_) return sql::database_error("57P01", "the server is stopping");
    ++batches_;
    LaneState& lane = lane_of(pending->lane);
    if (down(lane)) {
        connect_missing(pending->lane);
        ++refused_;
        // Where that was not the time to try, it comes.
        arm_timer();
        return reason(lane);
    }
    if (lane.queue.empty()) {
        if (Connection* connection = lane.choose(breaker_->state())) {
            send(*connection, pending);
            arm_timer();
            return std::nullopt;
        }
    }
    if (lane.queue.size() >= settings_.max_queue) {
        ++refused_;
        return sql::database_error("53300", "too many requests are waiting for the database");
    }
    lane.queue.push_back(pending);
    connect_missing(pending->lane);
    arm_timer();
    return std::nullopt;
}

void Pool::State::send(Connection& connection, std::shared_ptr<Pending> pending) {
    statements_ += pending->batch.calls.size();
    const auto now = pending->sent = runtime::Clock::now();
    auto* const sent = pending->batch.sent.get();
    if (sent != nullptr && *sent == runtime::Clock::time_point{}) *sent = now;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(pending->deadline - now);
    if (connection.pooled())
        pending->before = local_settings_.all(std::min(left, settings_.statement_timeout),
                                              pending->lane == Lane::Quick);
    else if (left + kWorthSetting < settings_.statement_timeout)
        pending->before = local_settings_.timeout(left);
    const bool reset = pending->batch.changes_session && !connection.pooled();
    const Lane lane = pending->lane;
    connection.send(std::move(pending));
    if (reset) send_reset(connection, lane, now);
}

/// What is not LOCAL, locks and temporary tables must not meet the request that gets the connection
/// next. Leaves in the same write, and nobody waits for it.
void Pool::State::send_reset(Connection& connection, Lane lane, runtime::Clock::time_point now) {
    const auto reset = std::make_shared<Pending>();
    reset->batch = session_reset();
    reset->lane = lane;
    reset->deadline = now + settings_.statement_timeout + kResetPatience;
    reset->sent = now;
    reset->resets_session = true;
    connection.send(reset);
}

void Pool::State::dispatch(LaneState& lane) {
    while (!lane.queue.empty()) {
        Connection* connection = lane.choose(breaker_->state());
        if (connection == nullptr) return;
        send(*connection, std::move(lane.queue.front()));
        lane.queue.pop_front();
    }
}

void Pool::State::abandon(const std::shared_ptr<Pending>& pending) {
    if (pending->result) return;
    pending->abandoned = true;
    LaneState& lane = lane_of(pending->lane);
    if (std::erase(lane.queue, pending) > 0) return;
    for (const auto& connection : lane.connections)
        cancel_abandoned_front(*connection);
}

// Only the front is running; a cancel request for one behind it would hit the front.
void Pool::State::cancel_abandoned_front(Connection& connection) {
    if (connection.in_flight().empty()) return;
    if (!pending_of(connection.in_flight().front()).abandoned) return;
    if (!connection.cancel()) return;
    for (const auto& exchange : connection.in_flight())
        pending_of(exchange).near_cancel = true;
}

void Pool::State::finished(Connection& connection,
                           std::vector<std::shared_ptr<Exchange>>& exchanges) {
    LaneState& lane = lane_of(connection);
    const auto keep = connection.shared_from_this();
    bool read_only = false;
    bool silent = false;
    std::optional<sql::DatabaseError> unclean;
    const auto now = runtime::Clock::now();
    for (auto& exchange : exchanges) {
        if (pending_of(exchange).resets_session) {
            if (exchange->error) unclean = std::move(exchange->error);
            continue;
        }
        const auto took = now - pending_of(exchange).sent;
        busy_ += took;
        silent = silent || took > kSilence;
        read_only = read_only || met_read_only_server(*exchange);
        answer(std::static_pointer_cast<Pending>(exchange));
    }
    if (silent) breaker_->hope();
    if (unclean) return lost(connection, *unclean, connection.close());
    if (read_only) {
        // The next connection may find the server that has taken over.
        lane.remove(connection);
        connection.close();
        connect_missing(Lane::Exclusive);
    } else {
        cancel_abandoned_front(connection);
    }
    dispatch(lane);
}

void Pool::State::answer(const std::shared_ptr<Pending>& pending) {
    if (pending->abandoned) return;
    if (!pending->error) return pending->settle(std::move(pending->rows));
    const std::string& sqlstate = pending->error->sqlstate;
    const bool stale = sqlstate == "26000" || sqlstate == "0A000";
    const bool innocent = sqlstate == "57014" && pending->near_cancel;
    if ((stale || innocent) && send_again(pending)) return;
    pending->settle(tl::unexpected(std::move(*pending->error)));
}

bool Pool::State::send_again(const std::shared_ptr<Pending>& pending) {
    if (closed_ || !pending->batch.read_only || pending->sent_again) return false;
    pending->sent_again = true;
    pending->near_cancel = false;
    pending->reset();
    LaneState& lane = lane_of(pending->lane);
    lane.queue.push_front(pending);
    return true;
}

void Pool::State::cancelled(Connection& connection) {
    cancel_abandoned_front(connection);
    dispatch(lane_of(connection));
}

void Pool::State::lost(Connection& connection, const sql::DatabaseError& error,
                       std::deque<std::shared_ptr<Exchange>> unanswered) {
    const auto keep = connection.shared_from_this();
    LaneState& lane = lane_of(connection);
    const Lane which = &lane == &quick_ ? Lane::Quick : Lane::Exclusive;
    lane.remove(connection);
    ++lost_;
    log(LogEntry::warning("connection to the database lost: " + error.message));
    for (auto each = unanswered.rbegin(); each != unanswered.rend(); ++each) {
        const auto pending = std::static_pointer_cast<Pending>(*each);
        if (pending->abandoned) continue;
        if (pending->calls_ended && !pending->error) {
            pending->settle(std::move(pending->rows));
            continue;
        }
        if (send_again(pending)) continue;
        // An error before the end means that the transaction was rolled back.
        const bool doubtful = !pending->error && !pending->batch.read_only;
        sql::DatabaseError outcome = pending->error ? std::move(*pending->error) : error;
        if (doubtful) {
            outcome.detail = "It is not known whether the statement took effect.";
        }
        pending->settle(tl::unexpected(std::move(outcome)));
    }
    dispatch(lane);
    connect_missing(which);
    refuse_waiting(lane);
    arm_timer();
}

sql::DatabaseError Pool::State::reason(const LaneState& lane) const {
    return lane.refusal.sqlstate.empty() ? breaker_->error() : lane.refusal;
}

/// Nobody waits for a connection that is not even being opened.
void Pool::State::refuse_waiting(LaneState& lane) {
    if (lane.queue.empty() || !down(lane)) return;
    if (lane.connecting > 0 && breaker_->state() == Breaker::State::Closed) return;
    const sql::DatabaseError error = reason(lane);
    for (const auto& pending : std::exchange(lane.queue, {}))
        pending->settle(tl::unexpected(error));
}

void Pool::State::database_is_back() {
    connect_missing(Lane::Quick);
    connect_missing(Lane::Exclusive);
}

void Pool::State::connect_missing(Lane which) {
    if (closed_) return;
    const auto now = runtime::Clock::now();
    std::size_t count = lane_of(which).to_start(now);
    for (; count > 0; --count) {
        const std::optional<Breaker::Attempt> attempt = breaker_->admit(now);
        if (!attempt) return;
        begin_connect(which, *attempt);
    }
}

void Pool::State::begin_connect(Lane which, const Breaker::Attempt& attempt) {
    auto job = [settings = connect_settings(which), mailbox = mailbox_, which, attempt,
                weak = weak_from_this(), breaker = breaker_] {
        // By now it may be known that nobody answers; each attempt may take its whole patience.
        if (!attempt.probe && breaker->state() != Breaker::State::Closed) {
            mailbox->deliver([weak, which, attempt, error = breaker->error()] {
                if (const auto self = weak.lock(); self != nullptr && !self->closed_)
                    self->connect_failed(which, attempt, error);
            });
            return;
        }
        auto connection = connect(settings);
        // In a shared holder because std::function copies; dropped with it if nobody listens.
        auto holder = std::make_shared<decltype(connection)>(std::move(connection));
        mailbox->deliver([weak, holder, which, attempt] {
            const auto self = weak.lock();
            if (self == nullptr || self->closed_) return;
            if (*holder) return self->connected(which, std::move(**holder));
            self->connect_failed(which, attempt, std::move(holder->error()));
        });
    };
    ++lane_of(which).connecting;
    if (!outbound_.post(std::move(job))) {
        connect_failed(which, attempt,
                       sql::database_error("53300", "too many connections are being opened"));
    }
}

void Pool::State::connected(Lane which, Established established) {
    LaneState& lane = lane_of(which);
    --lane.connecting;
    lane.backoff.succeeded();
    lane.refusal = {};
    if (breaker_->succeeded(runtime::Clock::now())) log("connected to the database again");
    if (established.pooled && !std::exchange(pooled_, true))
        log("there is a pooler in front of the database: settings go with each transaction");
    const bool named = settings_.prepared_names == PreparedNames::Automatic
                           ? !established.pooled
                           : settings_.prepared_names == PreparedNames::On;
    const Connection::Context context{executor_, cancels_,     mailbox_, settings_.max_prepared,
                                      named,     end_of_life()};
    auto connection = std::make_shared<Connection>(context, *this, std::move(established));
    if (settings_.log) {
        connection->pipeline().on_notice = [sink = settings_.log](const sql::DatabaseError& it) {
            sink("notice from the database: " + it.message);
        };
    }
    lane.connections.push_back(connection);
    connection->start();
    if (quick_.connections.size() >= quick_.max_connections) say_warm();
    dispatch(lane);
    connect_missing(which);
    arm_upkeep();
}

void Pool::State::say_warm() {
    if (!std::exchange(warm_, true) && settings_.on_warm) settings_.on_warm();
}

void Pool::State::blame(const Breaker::Attempt& attempt, const sql::DatabaseError& error) {
    if (breaker_->failed(runtime::Clock::now(), attempt, error))
        log(LogEntry::error("cannot connect to the database: " + error.message +
                            "; requests that need it are refused until it answers"));
}

void Pool::State::connect_failed(Lane which, const Breaker::Attempt& attempt,
                                 sql::DatabaseError error) {
    LaneState& lane = lane_of(which);
    --lane.connecting;
    const auto now = runtime::Clock::now();
    // Whatever the reason (a password, say), to a request it means that nobody can be asked.
    if (!is_unavailable(error)) error.sqlstate = "08001";
    if (error.sqlstate == "53300") {
        // The server answers, if only to say that it is full.
        breaker_->succeeded(now);
        if (!lane.backoff.failing())
            log(LogEntry::error("cannot connect to the database: " + error.message));
        lane.backoff.failed(now);
        lane.refusal = std::move(error);
        if (!quick_.connections.empty()) say_warm();
    } else {
        blame(attempt, error);
    }
    refuse_waiting(lane);
    arm_timer();
}

void Pool::State::arm_timer() {
    if (timer_armed_ || closed_) return;
    timer_armed_ = true;
    timer_.expires_after(kTick);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        self->timer_armed_ = false;
        if (!error && !self->closed_) self->tick();
    });
}

void Pool::State::tick() {
    const auto now = runtime::Clock::now();
    bool more = breaker_->state() != Breaker::State::Closed;
    for (const Lane which : {Lane::Quick, Lane::Exclusive}) {
        LaneState& lane = lane_of(which);
        expire(lane, now);
        connect_missing(which);
        refuse_waiting(lane);
        more = more || lane.backoff.failing() || !lane.queue.empty() || lane.in_flight() > 0;
    }
    if (more) arm_timer();
}

void Pool::State::expire(LaneState& lane, runtime::Clock::time_point now) {
    const auto late = [&](const std::shared_ptr<Pending>& pending) {
        if (pending->deadline > now || pending->abandoned) return false;
        const auto error =
            sql::database_error("57014", "canceling statement due to the request's deadline");
        pending->settle(tl::unexpected(error));
        pending->abandoned = true;
        return true;
    };
    std::erase_if(lane.queue, late);
    for (const auto& connection : lane.connections) {
        for (const auto& exchange : connection->in_flight()) {
            late(std::static_pointer_cast<Pending>(exchange));
        }
        cancel_abandoned_front(*connection);
    }
}

void Pool::State::close() {
    if (std::exchange(closed_, true)) return;
    mailbox_->close();
    timer_.cancel();
    upkeep_timer_.cancel();
    const auto error = sql::database_error("57P01", "the server is stopping");
    for (LaneState* lane : {&quick_, &exclusive_}) {
        for (const auto& pending : std::exchange(lane->queue, {})) {
            pending->settle(tl::unexpected(error));
        }
        for (const auto& connection : std::exchange(lane->connections, {})) {
            for (const auto& exchange : connection->close()) {
                pending_of(exchange).settle(tl::unexpected(error));
            }
        }
    }
}

PoolStatus Pool::State::status() const {
    const bool open = breaker_->state() != Breaker::State::Closed;
    const std::string& refusal =
        quick_.refusal.sqlstate.empty() ? exclusive_.refusal.message : quick_.refusal.message;
    return {.quick_open = quick_.connections.size(),
            .exclusive_open = exclusive_.connections.size(),
            .in_flight = quick_.in_flight() + exclusive_.in_flight(),
            .queued = quick_.queue.size() + exclusive_.queue.size(),
            .batches = batches_,
            .statements = statements_,
            .refused = refused_,
            .lost = lost_,
            .retired = retired_,
            .busy = busy_,
            .breaker = breaker_->state(),
            .last_error = open ? breaker_->error().message : refusal};
}

void Pool::State::log(const LogEntry& entry) const {
    if (settings_.log) settings_.log(entry);
}

}  // namespace fraiseql::pg
