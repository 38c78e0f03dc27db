// SPDX-License-Identifier: MIT
#include "replica/position.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fraiseql::replica {
namespace {

constexpr std::size_t kSystemDigits = 16;
constexpr std::size_t kTimelineDigits = 8;
constexpr std::size_t kLsnDigits = 16;

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

template <class Number>
std::optional<Number> read_number(std::string_view text, int base) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Lsn> read_lsn(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto high = read_number<std::uint32_t>(text.substr(0, slash), 16);
    const auto low = read_number<std::uint32_t>(text.substr(slash + 1), 16);
    if (!high || !low) return std::nullopt;
    return Lsn{*high} << 32U | *low;
}

std::string to_string(Lsn lsn) { return fmt::format("{:X}/{:X}", lsn >> 32U, lsn & 0xffffffffU); }

Position later(const Position& one, const Position& other) noexcept {
    if (!one.same_log(other)) return kBeyondReplicas;
    return one.lsn < other.lsn ? other : one;
}

std::string to_token(const Position& position) {
    return fmt::format("{:016x}{:08x}{:016x}", position.system, position.timeline, position.lsn);
}

Result<Position> read_token(std::string_view token) {
    constexpr std::size_t kDigits = kSystemDigits + kTimelineDigits + kLsnDigits;
    if (token.size() != kDigits || !std::all_of(token.begin(), token.end(), is_hexadecimal))
        return fail(ErrorCode::BadRequest, "The consistency token is none.",
                    "Send back \"extensions.consistency\" of a mutation's answer as it was.");
    return Position{
        .system = *read_number<std::uint64_t>(token.substr(0, kSystemDigits), 16),
        .timeline = *read_number<std::uint32_t>(token.substr(kSystemDigits, kTimelineDigits), 16),
        .lsn = *read_number<Lsn>(token.substr(kSystemDigits + kTimelineDigits), 16)};
}

pg::Call position_call() {
    // Of the log that is inserted into: with synchronous_commit off, what is flushed may be less
    // than what was committed. The name of a file of that log begins with its timeline.
    static const auto statement = pg::make_statement(fmt::format(
        "SELECT system_identifier, substr(file_name, 1, 8), lsn, {}\n"
        "FROM pg_control_system(), pg_current_wal_insert_lsn() AS lsn, pg_walfile_name_offset(lsn)",
        kHeaderSql));
    return {.statement = statement, .params = {}};
}

std::optional<Position> read_position(const pg::Rows& rows) {
    if (rows.row_count() != 1 || rows.column_count() != 4) return std::nullopt;
    const auto system = read_number<std::uint64_t>(rows.get(0, 0), 10);
    const auto timeline = read_number<std::uint32_t>(rows.get(0, 1), 16);
    const auto lsn = read_lsn(rows.get(0, 2));
    const auto header = read_number<Lsn>(rows.get(0, 3), 10);
    if (!system || !timeline || !lsn || !header) return std::nullopt;
    return Position{*system, *timeline, *lsn - *header};
}

}  // namespace fraiseql::replica
