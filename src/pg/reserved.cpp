// SPDX-License-Identifier: MIT
#include "pg/reserved.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <deque>
#include <vector>

#include "pg/connection.hpp"
#include "pg/pending.hpp"
#include "pg/session_reset.hpp"
#include "runtime/mailbox.hpp"

namespace fraiseql::pg {

namespace {

using Timer =
    boost::asio::basic_waitable_timer<runtime::Clock, boost::asio::wait_traits<runtime::Clock>,
                                      runtime::Executor>;

}  // namespace

/// Somebody who waits for a connection.
struct Applicant {
    runtime::Waiter waiter;
    std::optional<tl::expected<std::shared_ptr<ReservedConnection>, sql::DatabaseError>> result;

    void settle(tl::expected<std::shared_ptr<ReservedConnection>, sql::DatabaseError> outcome) {
        if (result) return;
        result = std::move(outcome);
        waiter.wake();
    }
};

class ReservedPool::State final : public std::enable_shared_from_this<State> {
  public:
    State(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings,
          std::size_t most)
        : executor_(std::move(executor)),
          outbound_(outbound),
          settings_(std::move(settings)),
          most_(most),
          mailbox_(std::make_shared<runtime::Mailbox>(executor_)) {}

    const runtime::Executor& executor() const noexcept { return executor_; }
    std::size_t open() const noexcept { return open_; }
    void apply(const std::shared_ptr<Applicant>& applicant);
    void withdraw(const std::shared_ptr<Applicant>& applicant) { std::erase(waiting_, applicant); }
    /// Takes back a connection, or the place of one that is gone (nullptr).
    void give_back(std::shared_ptr<ReservedConnection> connection);
    void close();

  private:
    void connect();
    void connected(tl::expected<Established, sql::DatabaseError> outcome);

    runtime::Executor executor_;
    runtime::Outbound& outbound_;
    PoolSettings settings_;
    std::size_t most_;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    std::vector<std::shared_ptr<ReservedConnection>> idle_ = {};
    std::deque<std::shared_ptr<Applicant>> waiting_ = {};
    /// Connections that there are or will be, in use or not.
    std::size_t open_ = 0;
    bool closed_ = false;
};

/// A connection and its place in the pool.
class ReservedConnection final : public std::enable_shared_from_this<ReservedConnection>,
                                 public Connection::Owner {
  public:
    explicit ReservedConnection(std::weak_ptr<ReservedPool::State> pool) : pool_(std::move(pool)) {}
    ReservedConnection(const ReservedConnection&) = delete;
    ReservedConnection& operator=(const ReservedConnection&) = delete;
    ~ReservedConnection() { close(); }

    void open(const Connection::Context& context, Established established) {
        connection_ = std::make_shared<Connection>(context, *this, std::move(established));
        connection_->pipeline().keep_transactions = true;
        connection_->start();
    }

    bool usable() const noexcept { return connection_ != nullptr; }
    bool in_transaction() const noexcept {
        return usable() && connection_->pipeline().transaction_status() != 'I';
    }

    void send(const std::shared_ptr<Pending>& pending) { connection_->send(pending); }

    /// Cancels what runs; from then on there is no connection.
    void give_up() {
        if (connection_ == nullptr) return;
        connection_->cancel();
        close();
    }

    void finished(Connection&, std::vector<std::shared_ptr<Exchange>>& exchanges) override {
        for (const auto& exchange : exchanges) {
            auto& pending = static_cast<Pending&>(*exchange);
            if (pending.error)
                pending.settle(tl::unexpected(std::move(*pending.error)));
            else
                pending.settle(std::move(pending.rows));
        }
    }
    void lost(Connection&, const sql::DatabaseError& error,
              std::deque<std::shared_ptr<Exchange>> unanswered) override {
        connection_.reset();
        for (const auto& exchange : unanswered)
            static_cast<Pending&>(*exchange).settle(tl::unexpected(error));
    }
    void cancelled(Connection&) override {}

    /// Its holder lets it go.
    void release() {
        const auto pool = pool_.lock();
        if (pool == nullptr) return close();
        const bool idle = usable() && connection_->in_flight().empty() &&
                          connection_->pipeline().transaction_status() == 'I';
        if (!idle) {
            const bool running = usable() && !connection_->in_flight().empty();
            if (running) connection_->cancel();
            close();
            return pool->give_back(nullptr);
        }
        // Whoever comes next is answered after this.
        const auto reset = std::make_shared<Pending>();
        reset->batch = session_reset();
        send(reset);
        pool->give_back(shared_from_this());
    }

  private:
    void close() {
        const auto connection = std::exchange(connection_, nullptr);
        if (connection == nullptr) return;
        const auto error = sql::database_error("57014", "canceling statement due to user request");
        for (const auto& exchange : connection->close())
            static_cast<Pending&>(*exchange).settle(tl::unexpected(error));
    }

    // Connections outlive the pool in the hands of whoever holds them.
    std::weak_ptr<ReservedPool::State> pool_;
    std::shared_ptr<Connection> connection_ = {};
};

void ReservedPool::State::apply(const std::shared_ptr<Applicant>& applicant) {
    if (closed_)
        return applicant->settle(
            tl::unexpected(sql::database_error("57P01", "the server is stopping")));
    while (!idle_.empty()) {
        const auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->usable()) return applicant->settle(connection);
        --open_;
    }
    if (waiting_.size() >= settings_.max_queue)
        return applicant->settle(tl::unexpected(
            sql::database_error("53300", "too many transactions are waiting for the database")));
    waiting_.push_back(applicant);
    if (open_ < most_) connect();
}

void ReservedPool::State::connect() {
    ++open_;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings_.connect_timeout);
    ConnectSettings settings{.conninfo = settings_.conninfo,
                             .timeout_seconds = static_cast<int>(seconds.count()),
                             .session_settings = settings_.session_settings};
    const std::string timeout = std::to_string(settings_.statement_timeout.count());
    settings.session_settings.emplace_back("statement_timeout", timeout);
    // Whoever forgets a transaction must not keep its locks.
    settings.session_settings.emplace_back("idle_in_transaction_session_timeout", timeout);
    auto job = [settings, mailbox = mailbox_, weak = weak_from_this()] {
        auto connection = pg::connect(settings);
        // In a shared holder because std::function copies; dropped with it if nobody listens.
        auto holder = std::make_shared<decltype(connection)>(std::move(connection));
        mailbox->deliver([weak, holder] {
            if (const auto self = weak.lock()) self->connected(std::move(*holder));
        });
    };
    if (!outbound_.post(std::move(job)))
        connected(
            tl::unexpected(sql::database_error("08001", "too many connections are being opened")));
}

void ReservedPool::State::connected(tl::expected<Established, sql::DatabaseError> outcome) {
    if (closed_) return;
    // Its timeouts would be lost, and a forgotten transaction would keep its locks.
    if (outcome && outcome->pooled)
        outcome = tl::unexpected(sql::database_error(
            "08001", "interactive transactions need a connection without a pooler in between"));
    if (!outcome) {
        --open_;
        sql::DatabaseError error = std::move(outcome).error();
        if (!is_unavailable(error)) error.sqlstate = "08001";
        if (settings_.log) settings_.log("cannot connect to the database: " + error.message);
        if (waiting_.empty()) return;
        const auto applicant = std::move(waiting_.front());
        waiting_.pop_front();
        return applicant->settle(tl::unexpected(std::move(error)));
    }
    auto connection = std::make_shared<ReservedConnection>(weak_from_this());
    connection->open({executor_, outbound_, mailbox_, settings_.max_prepared}, std::move(*outcome));
    give_back(std::move(connection));
}

void ReservedPool::State::give_back(std::shared_ptr<ReservedConnection> connection) {
    if (connection == nullptr || closed_) {
        --open_;
        if (!closed_ && !waiting_.empty() && open_ < most_) connect();
        return;
    }
    if (waiting_.empty()) {
        idle_.push_back(std::move(connection));
        return;
    }
    const auto applicant = std::move(waiting_.front());
    waiting_.pop_front();
    applicant->settle(std::move(connection));
}

void ReservedPool::State::close() {
    if (std::exchange(closed_, true)) return;
    for (const auto& applicant : std::exchange(waiting_, {}))
        applicant->settle(tl::unexpected(sql::database_error("57P01", "the server is stopping")));
    open_ -= idle_.size();
    idle_.clear();
    mailbox_->close();
}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
    if (this != &other) {
        if (connection_ != nullptr) connection_->release();
        connection_ = std::move(other.connection_);
    }
    return *this;
}

Reservation::~Reservation() {
    if (connection_ != nullptr) connection_->release();
}

bool Reservation::in_transaction() const noexcept {
    return connection_ != nullptr && connection_->in_transaction();
}

runtime::Task<BatchResult> Reservation::run(Batch batch, runtime::Clock::time_point deadline) {
    const std::shared_ptr<ReservedConnection> connection = connection_;
    // It may have been given up just after the statement before this one was answered.
    const bool late = runtime::Clock::now() >= deadline;
    if (connection == nullptr || !connection->usable())
        co_return tl::unexpected(
            late ? sql::database_error("57014", "canceling statement due to the request's deadline")
                 : sql::database_error("08006", "the transaction's connection is gone"));
    const auto pending = std::make_shared<Pending>();
    pending->batch = std::move(batch);
    connection->send(pending);
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    Timer timer(executor, deadline);
    timer.async_wait([connection](boost::system::error_code error) {
        if (!error) connection->give_up();
    });
    const bool answered = co_await pending->waiter.wait();
    timer.cancel();
    if (!answered && !pending->result) {
        connection->give_up();
        co_return tl::unexpected(sql::database_error("57014", "the client went away"));
    }
    co_return std::move(*pending->result);
}

ReservedPool::ReservedPool(runtime::Executor executor, runtime::Outbound& outbound,
                           PoolSettings settings, std::size_t most)
    : state_(std::make_shared<State>(std::move(executor), outbound, std::move(settings), most)) {}

ReservedPool::~ReservedPool() { state_->close(); }

void ReservedPool::close() { state_->close(); }

std::size_t ReservedPool::open() const { return state_->open(); }

runtime::Task<ReservationResult> ReservedPool::reserve(runtime::Clock::time_point deadline) {
    const std::shared_ptr<State> state = state_;
    const auto applicant = std::make_shared<Applicant>();
    state->apply(applicant);
    Timer timer(state->executor(), deadline);
    timer.async_wait([applicant](boost::system::error_code error) {
        if (!error)
            applicant->settle(tl::unexpected(sql::database_error(
                "53300", "no connection for a transaction became free in time")));
    });
    const bool answered = co_await applicant->waiter.wait();
    timer.cancel();
    state->withdraw(applicant);
    if (!applicant->result)
        co_return tl::unexpected(sql::database_error("57014", "the client went away"));
    if (!*applicant->result) co_return tl::unexpected(std::move(*applicant->result).error());
    Reservation reservation(std::move(**applicant->result));
    if (!answered) co_return tl::unexpected(sql::database_error("57014", "the client went away"));
    co_return std::move(reservation);
}

}  // namespace fraiseql::pg
