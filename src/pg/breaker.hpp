// SPDX-License-Identifier: MIT
// Breaker: what all pools of a process know together of whether their database answers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pg/backoff.hpp"
#include "runtime/mailbox.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::pg {

/// A circuit breaker. Closed: connections are opened as they are needed. Open: the database did not
/// answer, so nobody tries but for one probe at a time, after a jittered back-off; half-open while
/// that is under way. As soon as any connection is made it is closed, and all pools are told, so
/// that none goes on refusing what another could answer. Thread-safe.
class Breaker {
  public:
    enum class State : std::uint8_t { Closed, HalfOpen, Open };
    using TimePoint = Backoff::TimePoint;

    Breaker();

    /// Takes no lock.
    State state() const noexcept { return state_.load(std::memory_order_relaxed); }

    /// A connection that may be opened.
    struct Attempt {
        TimePoint began;
        /// The only one while the breaker is open. What became of it has to be said; after half a
        /// minute without a word, somebody else may try.
        bool probe = false;
    };
    /// Returns nothing where no connection may be opened at `now`.
    std::optional<Attempt> admit(TimePoint now);

    /// A connection could not be opened. Returns whether this opened the breaker.
    bool failed(TimePoint now, const Attempt& attempt, const sql::DatabaseError& error);
    /// A connection was opened. Returns whether this closed the breaker.
    bool succeeded(TimePoint now);
    /// A connection that had been silent speaks again: the next probe need not wait.
    void hope();

    /// Whether it is time to look whether the database is there although statements go unanswered;
    /// for one caller every two seconds.
    bool may_look(TimePoint now);

    /// Calls `back` by `mailbox` whenever the breaker was closed again; forgets closed mailboxes.
    void follow(std::shared_ptr<runtime::Mailbox> mailbox, std::function<void()> back);

    /// Returns why the breaker is open; the last reason where it is closed.
    sql::DatabaseError error() const;
    /// Returns how often it was opened.
    std::uint64_t openings() const;

  private:
    std::atomic<State> state_{State::Closed};
    mutable std::mutex mutex_;
    Backoff backoff_;
    TimePoint probed_{};
    TimePoint closed_{};
    TimePoint looked_{};
    std::uint64_t openings_ = 0;
    sql::DatabaseError error_;
    std::vector<std::pair<std::shared_ptr<runtime::Mailbox>, std::function<void()>>> followers_;
};

/// Returns `closed`, `half-open` or `open`.
const char* to_string(Breaker::State state) noexcept;

}  // namespace fraiseql::pg
