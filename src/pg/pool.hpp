// SPDX-License-Identifier: MIT
// Pool: one worker's connections to PostgreSQL, and the queue of batches that wait for them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "pg/breaker.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"
#include "runtime/outbound.hpp"
#include "runtime/task.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::pg {

/// Whether statements are prepared by name. Automatic: unless there is a pooler in between.
enum class PreparedNames : std::uint8_t { Automatic, On, Off };

struct PoolSettings {
    /// A libpq connection string or URL; everything libpq understands works.
    std::string conninfo;
    /// Connections of the quick lane, shared by many batches in flight.
    std::size_t quick_connections = 2;
    /// Most connections of the exclusive lane; opened when needed.
    std::size_t exclusive_connections = 4;
    /// Batches in flight on one quick connection before the next ones wait in the queue.
    std::size_t max_in_flight = 64;
    /// Batches waiting in one lane; one more is refused as unavailable.
    std::size_t max_queue = 1024;
    std::chrono::milliseconds connect_timeout{5000};
    /// Set on every connection; bounds what a lost client or a lost cancel can cost.
    std::chrono::milliseconds statement_timeout{30000};
    /// A connection is replaced at this age, less a random tenth; 0: at none.
    std::chrono::seconds max_lifetime{3600};
    /// A connection of the exclusive lane that has had no work for so long is closed; 0: never.
    std::chrono::seconds max_idle{300};
    /// How long a connection may be idle before the server has to show that it is there; 0: for
    /// ever.
    std::chrono::seconds check_interval{30};
    /// Prepared statements per connection; the one used longest ago is closed.
    std::size_t max_prepared = 512;
    PreparedNames prepared_names = PreparedNames::Automatic;
    /// Session settings sent as `-c name=value` at connect: {"plan_cache_mode", "auto"}, … Through
    /// a pooler they go before the calls of each transaction.
    std::vector<std::pair<std::string, std::string>> session_settings;
    /// Shared with the other pools of the process that ask this database; empty: the pool's own.
    std::shared_ptr<Breaker> breaker;
    /// Called once, when the quick lane has all its connections, or all that the server has left.
    std::function<void()> on_warm;
    /// Receives notices and the pool's own messages (connection lost, restored). May be empty.
    Log log;
};

/// Counts for readiness and metrics.
struct PoolStatus {
    std::size_t quick_open = 0;
    std::size_t exclusive_open = 0;
    std::size_t in_flight = 0;
    std::size_t queued = 0;
    /// Since the start: batches that were asked for, statements that were sent, batches for which
    /// there was no connection or no room in the queue, and connections that broke.
    std::uint64_t batches = 0;
    std::uint64_t statements = 0;
    std::uint64_t refused = 0;
    std::uint64_t lost = 0;
    /// Since the start: connections that were replaced for their age or closed as idle.
    std::uint64_t retired = 0;
    /// From sending batches to having their answers, all together: they may overlap.
    std::chrono::nanoseconds busy{0};
    Breaker::State breaker = Breaker::State::Closed;
    /// Why the last attempt to connect failed; empty while connected.
    std::string last_error;
};

/// Whether `error` means that the database could not be asked (connection, start-up, shutdown or
/// queue), not that it refused what was asked: the answer is SERVICE_UNAVAILABLE.
bool is_unavailable(const sql::DatabaseError& error) noexcept;

/// Belongs to one worker; used only on its thread. Must outlive every run() in progress.
class Pool {
  public:
    /// `outbound` runs what blocks (host names, PQcancel) and must outlive the pool.
    Pool(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool();

    /// Starts connecting; later it reconnects by itself, as the breaker allows. Run() starts it
    /// too, so this only saves the first request the wait.
    void start();

    /// Runs `batch` as one implicit transaction and returns its rows, one per call and one more for
    /// what runs afterwards, unless that failed.
    /// - The queue is full: 53300. No connection and none to be had: 08006, 57P03 or what the
    ///   server said, at once where that is known. See is_unavailable().
    /// - The deadline is before the statement timeout: it becomes the statements' own.
    /// - The deadline passes, or the caller is cancelled: the statement is cancelled; 57014.
    /// - The connection breaks meanwhile: 08006; a read_only batch that had not been answered is
    ///   sent once more on another connection first.
    /// - The server takes no writes (25006): rolled back; the connection is not used again.
    /// - A prepared statement went stale (26000, 0A000): prepared again and sent once more where
    ///   the batch is read_only.
    runtime::Task<BatchResult> run(Batch batch, Lane lane, runtime::Clock::time_point deadline);

    /// Closes all connections; batches in progress fail with 57P01. For the end of a drain.
    void close();

    PoolStatus status() const;

  private:
    class State;
    // Shared with the connections' coroutines, which may end after the pool.
    std::shared_ptr<State> state_;
};

}  // namespace fraiseql::pg
