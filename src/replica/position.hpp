// SPDX-License-Identifier: MIT
// Position: how far a server has come in whose write-ahead log, and its form as a token.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace fraiseql::replica {

/// A place in a write-ahead log, as pg_lsn counts.
using Lsn = std::uint64_t;

/// Reads pg_lsn's text, `16/B374D848`.
std::optional<Lsn> read_lsn(std::string_view text);

/// Returns pg_lsn's text.
std::string to_string(Lsn lsn);

/// Positions compare only where it is the same log: each promotion begins another timeline.
struct Position {
    std::uint64_t system = 0;
    std::uint32_t timeline = 0;
    Lsn lsn = 0;

    bool same_log(const Position& other) const noexcept {
        return system == other.system && timeline == other.timeline;
    }
    bool operator==(const Position&) const = default;
};

/// After everything that any server will ever have replayed: whoever has seen this reads from the
/// primary.
inline constexpr Position kBeyondReplicas{0, 0, ~Lsn{0}};

/// Returns what both come to: whoever has replayed it has replayed both.
Position later(const Position& one, const Position& other) noexcept;

/// Returns the token that clients are given: 40 hexadecimal digits.
std::string to_token(const Position& position);

/// Reads a token that a client has sent back. BadRequest where it is none.
Result<Position> read_token(std::string_view token);

/// SQL, for a row of pg_walfile_name_offset() of the place where a log is inserted into: the bytes
/// of a page's header right before it. The next record will begin behind them; the last one ended
/// before, and that is as far as replaying gets.
inline constexpr std::string_view kHeaderSql =
    "CASE WHEN file_offset = 40 THEN 40 "
    "WHEN file_offset % current_setting('wal_block_size')::int = 24 THEN 24 ELSE 0 END";

/// Asks a primary how far it has come: with what was committed before, and no less.
pg::Call position_call();

/// Reads the answer to position_call(); nothing where it is not one row of it.
std::optional<Position> read_position(const pg::Rows& rows);

}  // namespace fraiseql::replica
