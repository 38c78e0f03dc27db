// SPDX-License-Identifier: MIT
// Dates and times as PostgreSQL writes them in JSON, to the microsecond.
#include <fmt/format.h>

#include <optional>

#include "fraiseql/error.hpp"
#include "fraiseql/json_scalars.hpp"

namespace fraiseql::detail {
namespace {

using namespace std::chrono;

/// Reads a text from its front.
struct Reader {
    std::string_view rest;

    bool take(char c) noexcept {
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    /// Reads `least` to `most` digits whose number is at most `limit`.
    std::optional<int> number(std::size_t least, std::size_t most, int limit) noexcept {
        std::size_t n = 0;
        int value = 0;
        for (; n < rest.size() && n < most && rest[n] >= '0' && rest[n] <= '9'; ++n)
            value = value * 10 + (rest[n] - '0');
        if (n < least || value > limit) return std::nullopt;
        rest.remove_prefix(n);
        return value;
    }
};

std::optional<sys_days> take_date(Reader& in) {
    const auto years = in.number(4, 6, 294276);
    if (!years || !in.take('-')) return std::nullopt;
    const auto months = in.number(2, 2, 12);
    if (!months || !in.take('-')) return std::nullopt;
    const auto days = in.number(2, 2, 31);
    if (!days || *years > 32767) return std::nullopt;
    const year_month_day date{year(*years), month(static_cast<unsigned>(*months)),
                              day(static_cast<unsigned>(*days))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

/// Digits after the point; more than six would have to be rounded.
std::optional<microseconds> take_fraction(Reader& in) {
    if (!in.take('.')) return microseconds(0);
    const std::size_t before = in.rest.size();
    auto value = in.number(1, 6, 999'999);
    if (!value) return std::nullopt;
    for (std::size_t digits = before - in.rest.size(); digits < 6; ++digits)
        *value *= 10;
    return microseconds(*value);
}

std::optional<microseconds> take_time(Reader& in) {
    const auto hour = in.number(2, 2, 24);
    if (!hour || !in.take(':')) return std::nullopt;
    const auto minute = in.number(2, 2, 59);
    if (!minute) return std::nullopt;
    microseconds out = hours(*hour) + minutes(*minute);
    if (in.take(':')) {
        const auto second = in.number(2, 2, 59);
        const auto fraction = second ? take_fraction(in) : std::nullopt;
        if (!fraction) return std::nullopt;
        out += seconds(*second) + *fraction;
    }
    if (out > hours(24)) return std::nullopt;
    return out;
}

std::optional<minutes> take_zone(Reader& in) {
    if (in.take('Z') || in.take('z')) return minutes(0);
    const bool behind = in.take('-');
    if (!behind && !in.take('+')) return std::nullopt;
    const auto hour = in.number(2, 2, 15);
    if (!hour) return std::nullopt;
    minutes out = hours(*hour);
    if (in.take(':')) {
        const auto minute = in.number(2, 2, 59);
        if (!minute) return std::nullopt;
        out += minutes(*minute);
    }
    return behind ? -out : out;
}

std::optional<sys_microseconds> take_date_and_time(Reader& in) {
    const auto date = take_date(in);
    if (!date || !(in.take('T') || in.take('t') || in.take(' '))) return std::nullopt;
    const auto time = take_time(in);
    if (!time) return std::nullopt;
    return sys_microseconds(*date) + *time;
}

std::string_view text_of(const json_node& node, const json_place& place, std::string_view what) {
    if (node.type() != json_node::kind::string) place.expected(what, node);
    return node.text();
}

[[noreturn]] void refuse_text(const json_place& place, std::string_view what,
                              std::string_view text) {
    place.refuse(
        fmt::format("must be {}, not \"{}\".", what, text),
        text.ends_with("infinity") ? "C++ has no infinite date: read it as a std::string." : "");
}

constexpr std::string_view kDateTime = "a date and time with a zone, to the microsecond";
constexpr std::string_view kLocalDateTime = "a date and time without zone, to the microsecond";
constexpr std::string_view kDate = "a date";
constexpr std::string_view kTime = "a time from 00:00 to 24:00";

void append_date(std::string& out, year_month_day value) {
    if (!value.ok() || value.year() < year(1))
        throw failure("A date that does not exist, or before the year 1, has no JSON.");
    out += fmt::format("{:04}-{:02}-{:02}", static_cast<int>(value.year()),
                       static_cast<unsigned>(value.month()), static_cast<unsigned>(value.day()));
}

void append_time(std::string& out, microseconds value) {
    const hh_mm_ss time(value);
    out += fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                       time.seconds().count());
    if (time.subseconds().count() == 0) return;
    std::string fraction = fmt::format(".{:06}", time.subseconds().count());
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
}

void append_date_and_time(std::string& out, sys_microseconds value) {
    const sys_days date = floor<days>(value);
    append_date(out, year_month_day(date));
    out += 'T';
    append_time(out, value - date);
}

}  // namespace

sys_microseconds read_date_time(const json_node& node, const json_place& place) {
    const std::string_view text = text_of(node, place, kDateTime);
    Reader in{text};
    const auto local = take_date_and_time(in);
    const auto zone = local ? take_zone(in) : std::nullopt;
    if (!zone || !in.rest.empty()) refuse_text(place, kDateTime, text);
    return *local - *zone;
}

void write_date_time(std::string& out, sys_microseconds value) {
    out += '"';
    append_date_and_time(out, value);
    out += "+00:00\"";
}

local_microseconds read_local_date_time(const json_node& node, const json_place& place) {
    const std::string_view text = text_of(node, place, kLocalDateTime);
    Reader in{text};
    const auto local = take_date_and_time(in);
    if (!local || !in.rest.empty()) refuse_text(place, kLocalDateTime, text);
    return local_microseconds(local->time_since_epoch());
}

void write_local_date_time(std::string& out, local_microseconds value) {
    out += '"';
    append_date_and_time(out, sys_microseconds(value.time_since_epoch()));
    out += '"';
}

year_month_day read_date(const json_node& node, const json_place& place) {
    const std::string_view text = text_of(node, place, kDate);
    Reader in{text};
    const auto date = take_date(in);
    if (!date || !in.rest.empty()) refuse_text(place, kDate, text);
    return year_month_day(*date);
}

void write_date(std::string& out, year_month_day value) {
    out += '"';
    append_date(out, value);
    out += '"';
}

microseconds read_time(const json_node& node, const json_place& place) {
    const std::string_view text = text_of(node, place, kTime);
    Reader in{text};
    const auto time = take_time(in);
    if (!time || !in.rest.empty()) refuse_text(place, kTime, text);
    return *time;
}

void write_time(std::string& out, microseconds value) {
    if (value < microseconds(0) || value > hours(24))
        throw failure("A time of day is from 00:00 to 24:00.");
    out += '"';
    append_time(out, value);
    out += '"';
}

void refuse_fraction() {
    throw failure("A time that is finer than a microsecond, or out of all bounds, has no JSON.");
}

}  // namespace fraiseql::detail
