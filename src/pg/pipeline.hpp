// SPDX-License-Identifier: MIT
// Pipeline: the batches in flight on one connection, as bytes out and results in; no socket.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pg/prepared_statements.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"
#include "pg/wire.hpp"

namespace fraiseql::pg {

/// One batch on its way through a connection, and what has come back of it.
struct Exchange {
    Batch batch;
    /// Runs first, in the transaction of the calls: settings that the session does not have. Its
    /// row is nobody's.
    std::optional<Call> before;
    bool before_done = false;
    std::vector<Rows> rows;
    std::optional<sql::DatabaseError> error;
    /// Statements that were sent with a Parse, in order, and how many the server has accepted.
    std::vector<std::string> parses;
    std::size_t parsed = 0;
    /// Rows of the call that is being answered.
    Rows current;
    /// The transaction of the calls has ended; what is still missing is the answer of `afterwards`.
    bool calls_ended = false;

    /// Makes it as if it had never been sent.
    void reset();
};

/// What ends a connection where a statement is a COPY that nobody feeds or reads.
inline constexpr std::string_view kNoCopy = "COPY cannot be run here";

/// PostgreSQL answers batches in the order they were sent, each ended by ReadyForQuery; an error
/// makes it skip to the Sync of the same batch and no further.
class Pipeline {
  public:
    /// Without `named`, statements are parsed each time: what one server has prepared, the next one
    /// behind a pooler does not know.
    explicit Pipeline(std::size_t max_prepared, bool named = true)
        : prepared_(max_prepared), named_(named) {}

    /// Appends the messages of `exchange`, one Sync at the end, to output().
    void send(std::shared_ptr<Exchange> exchange);

    /// Bytes to be written to the server; the writer removes what it has written.
    std::string& output() noexcept { return output_; }

    /// Returns room to read into, at least enough for the message that is being received.
    std::span<char> room();
    /// Says that `size` bytes of room() were filled.
    void filled(std::size_t size) noexcept { end_ += size; }

    /// Reads the messages received so far; appends the exchanges that are complete to `finished`.
    /// False where the connection is of no more use: why is in last_error().
    bool read(std::vector<std::shared_ptr<Exchange>>& finished);

    const std::deque<std::shared_ptr<Exchange>>& in_flight() const noexcept { return in_flight_; }
    /// Hands over what has not been answered, when the connection is lost.
    std::deque<std::shared_ptr<Exchange>> take_unanswered();

    /// What the server said outside any batch (shutdown, for example) or broke the protocol with.
    const sql::DatabaseError& last_error() const noexcept { return last_error_; }

    /// Receives the messages of notices. May be empty.
    std::function<void(const sql::DatabaseError&)> on_notice;

    /// A batch may leave a transaction open; otherwise that breaks the connection off.
    bool keep_transactions = false;
    /// What the last ReadyForQuery said: I outside of a transaction, T inside, E in a failed one.
    char transaction_status() const noexcept { return transaction_status_; }

  private:
    /// Appends the call, and Parse where needed: then its name to `parses`.
    void write_call(std::vector<std::string>& parses, const Call& call);
    bool receive(const ServerMessage& message, std::vector<std::shared_ptr<Exchange>>& finished);
    bool receive_answer(const ServerMessage& message, Exchange& exchange);
    void forget_failed(const Exchange& exchange);
    bool finish_front(std::string_view status, std::vector<std::shared_ptr<Exchange>>& finished);
    bool break_off(std::string_view message);

    PreparedStatements prepared_;
    bool named_;
    std::deque<std::shared_ptr<Exchange>> in_flight_;
    std::string output_;
    std::vector<char> input_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t wanted_ = 0;
    sql::DatabaseError last_error_;
    char transaction_status_ = 'I';
};

}  // namespace fraiseql::pg
