// SPDX-License-Identifier: MIT
// Reserved connections: one caller's alone for the length of a transaction.
#pragma once

#include <cstddef>
#include <memory>
#include <tl/expected.hpp>

#include "pg/pool.hpp"
#include "runtime/outbound.hpp"
#include "runtime/task.hpp"

namespace fraiseql::pg {

class ReservedConnection;

/// A connection for as long as it is held. When it is let go of outside of a transaction, others
/// get it, with the session as it was when it was opened; else it is closed, which rolls back, and
/// what it still runs is cancelled. Move-only; used on its worker's thread.
class Reservation {
  public:
    Reservation() = default;
    explicit Reservation(std::shared_ptr<ReservedConnection> connection)
        : connection_(std::move(connection)) {}
    Reservation(Reservation&&) noexcept = default;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();

    /// Runs `batch`; transactions stay open after it. Where the deadline passes or the caller is
    /// cancelled, the statement is cancelled and the connection is of no more use: 57014.
    runtime::Task<BatchResult> run(Batch batch, runtime::Clock::time_point deadline);
    /// Whether a transaction has begun and not ended, as of the last answer.
    bool in_transaction() const noexcept;

  private:
    // Shared with what is in progress.
    std::shared_ptr<ReservedConnection> connection_;
};

using ReservationResult = tl::expected<Reservation, sql::DatabaseError>;

/// One worker's connections for transactions that go on over several batches. They are apart from
/// those of a Pool, so that whoever thinks in the middle of a transaction holds up nobody else.
class ReservedPool {
  public:
    /// Opens up to `most` connections, when they are needed. Of `settings`, its lanes are of no
    /// meaning here. Used on one worker's thread; `outbound` must outlive it.
    ReservedPool(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings,
                 std::size_t most);
    ReservedPool(const ReservedPool&) = delete;
    ReservedPool& operator=(const ReservedPool&) = delete;
    ~ReservedPool();

    /// Returns a connection outside of a transaction. Fails with 53300 where none is free until the
    /// deadline or too many wait, with 08… where there is no connection to be had, with 57P01 after
    /// close().
    runtime::Task<ReservationResult> reserve(runtime::Clock::time_point deadline);

    /// Refuses all further reservations; those in progress go on.
    void close();
    std::size_t open() const;

    class State;

  private:
    // Shared with reservations, which may end after the pool.
    std::shared_ptr<State> state_;
};

}  // namespace fraiseql::pg
