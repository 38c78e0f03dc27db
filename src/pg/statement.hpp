// SPDX-License-Identifier: MIT
// What is sent to PostgreSQL: statements, calls with their parameters, and batches of calls.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::pg {

/// One SQL text with `$1`-style parameters. A connection prepares it when it first meets it.
struct Statement {
    /// The name it is prepared under: a stable hash of `sql`, so equal texts share one plan. Empty:
    /// it is sent and planned each time.
    std::string name;
    std::string sql;
};

/// Returns the statement for `sql`, named `fq_` and 32 hexadecimal digits of a 128-bit hash.
std::shared_ptr<const Statement> make_statement(std::string sql);

/// One execution of a statement; parameters in text format, nullopt is NULL.
struct Call {
    /// Shared with the plan that made it, and kept alive by connections that prepared it.
    std::shared_ptr<const Statement> statement;
    std::vector<std::optional<std::string>> params = {};
    /// What a `COPY … FROM STDIN` copies, whole; nothing for all other statements.
    std::optional<std::string> copied = {};
};

/// The calls between two Syncs: PostgreSQL runs them as one implicit transaction, so either all of
/// them take effect or none.
struct Batch {
    std::vector<Call> calls = {};
    /// Whether it may share a read-only connection and be sent again after a stale plan.
    bool read_only = true;
    /// Whether it may leave something in its session, settings or locks, which is then to be taken
    /// back.
    bool changes_session = false;
    /// Runs once the calls have taken effect, in a transaction of its own but without a round trip
    /// of its own. Its rows follow those of the calls; where it fails they are missing, and nothing
    /// else is.
    std::optional<Call> afterwards = {};
    /// Where it is noted when the batch was first sent; nullptr: nobody wants to know.
    std::shared_ptr<std::chrono::steady_clock::time_point> sent = {};
};

/// Which connections may run a batch.
enum class Lane {
    /// Few connections opened with default_transaction_read_only=on, each shared by many batches
    /// in flight: a slow statement holds up those behind it. Read-only batches only.
    Quick,
    /// One batch at a time per connection: writes, and statements known to be slow.
    Exclusive,
};

}  // namespace fraiseql::pg
