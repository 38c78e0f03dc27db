// SPDX-License-Identifier: MIT
// Codecs of single values: booleans, numbers, text, uuid, decimal and chrono, with nothing rounded.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "fraiseql/decimal.hpp"
#include "fraiseql/json_node.hpp"
#include "fraiseql/uuid.hpp"

namespace fraiseql {

/// How a C++ type reads from and writes to JSON. Specialise it for types of your own:
/// `static T read(const json_node&, const json_place&)` and
/// `static void write(std::string& out, const T&)`.
template <class T>
struct json_codec;

namespace detail {

using microseconds = std::chrono::microseconds;
using sys_microseconds = std::chrono::sys_time<microseconds>;
using local_microseconds = std::chrono::local_time<microseconds>;

FRAISEQL_EXPORT std::int64_t read_integer(const json_node&, const json_place&, std::int64_t least,
                                          std::int64_t most);
FRAISEQL_EXPORT std::uint64_t read_unsigned(const json_node&, const json_place&,
                                            std::uint64_t most);
FRAISEQL_EXPORT double read_double(const json_node&, const json_place&);
FRAISEQL_EXPORT float read_float(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_double(std::string& out, double value);
FRAISEQL_EXPORT void write_float(std::string& out, float value);
FRAISEQL_EXPORT uuid read_uuid(const json_node&, const json_place&);
FRAISEQL_EXPORT decimal read_decimal(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_decimal(std::string& out, const decimal& value);
FRAISEQL_EXPORT sys_microseconds read_date_time(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_date_time(std::string& out, sys_microseconds value);
FRAISEQL_EXPORT local_microseconds read_local_date_time(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_local_date_time(std::string& out, local_microseconds value);
FRAISEQL_EXPORT std::chrono::year_month_day read_date(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_date(std::string& out, std::chrono::year_month_day value);
FRAISEQL_EXPORT microseconds read_time(const json_node&, const json_place&);
FRAISEQL_EXPORT void write_time(std::string& out, microseconds value);
[[noreturn]] FRAISEQL_EXPORT void refuse_fraction();

/// Returns `value` in the unit To, or calls `refuse` where that would lose a part of it.
template <class To, class From, class Refuse>
To exact_duration(From value, const Refuse& refuse) {
    using Wide = std::chrono::duration<long double>;
    const auto least = std::chrono::duration_cast<Wide>(To::min());
    const auto most = std::chrono::duration_cast<Wide>(To::max());
    const auto wide = std::chrono::duration_cast<Wide>(value);
    if (wide < least || wide > most) refuse();
    const To out = std::chrono::duration_cast<To>(value);
    if (std::chrono::duration_cast<From>(out) != value) refuse();
    return out;
}

template <class To>
To exact_read(microseconds value, const json_place& place) {
    return exact_duration<To>(
        value, [&] { place.refuse("has a fraction or a year that its C++ type cannot hold."); });
}

template <class From>
microseconds exact_write(From value) {
    return exact_duration<microseconds>(value, [] { refuse_fraction(); });
}

}  // namespace detail

template <>
struct json_codec<bool> {
    static bool read(const json_node& node, const json_place& place) {
        if (node.type() != json_node::kind::boolean) place.expected("true or false", node);
        return node.boolean();
    }
    static void write(std::string& out, bool value) { out += value ? "true" : "false"; }
};

/// Integers, never through floating point. 64-bit ones may also come as strings, as BigInt does.
template <std::signed_integral T>
    requires(!std::same_as<T, char> && !std::same_as<T, wchar_t>)
struct json_codec<T> {
    static T read(const json_node& node, const json_place& place) {
        return static_cast<T>(detail::read_integer(node, place, std::numeric_limits<T>::min(),
                                                   std::numeric_limits<T>::max()));
    }
    static void write(std::string& out, T value) { out += std::to_string(value); }
};

template <std::unsigned_integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
             !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>)
struct json_codec<T> {
    static T read(const json_node& node, const json_place& place) {
        return static_cast<T>(detail::read_unsigned(node, place, std::numeric_limits<T>::max()));
    }
    static void write(std::string& out, T value) { out += std::to_string(value); }
};

template <>
struct json_codec<double> {
    static double read(const json_node& node, const json_place& place) {
        return detail::read_double(node, place);
    }
    static void write(std::string& out, double value) { detail::write_double(out, value); }
};

template <>
struct json_codec<float> {
    static float read(const json_node& node, const json_place& place) {
        return detail::read_float(node, place);
    }
    static void write(std::string& out, float value) { detail::write_float(out, value); }
};

template <>
struct json_codec<std::string> {
    static std::string read(const json_node& node, const json_place& place) {
        if (node.type() != json_node::kind::string) place.expected("a string", node);
        return std::string(node.text());
    }
    static void write(std::string& out, std::string_view value) { write_json_string(out, value); }
};

/// Written only: nothing would own what is read.
template <>
struct json_codec<std::string_view> {
    static void write(std::string& out, std::string_view value) { write_json_string(out, value); }
};

template <>
struct json_codec<uuid> {
    static uuid read(const json_node& node, const json_place& place) {
        return detail::read_uuid(node, place);
    }
    static void write(std::string& out, const uuid& value) { write_json_string(out, value.str()); }
};

/// A number in JSON, NaN and the infinities as strings, as PostgreSQL writes them.
template <>
struct json_codec<decimal> {
    static decimal read(const json_node& node, const json_place& place) {
        return detail::read_decimal(node, place);
    }
    static void write(std::string& out, const decimal& value) { detail::write_decimal(out, value); }
};

/// DateTime (timestamptz): any offset is read, UTC is written: 2026-05-01T08:30:00.25+00:00.
template <class Duration>
struct json_codec<std::chrono::sys_time<Duration>> {
    using Time = std::chrono::sys_time<Duration>;
    static Time read(const json_node& node, const json_place& place) {
        const auto read = detail::read_date_time(node, place);
        return Time(detail::exact_read<Duration>(read.time_since_epoch(), place));
    }
    static void write(std::string& out, Time value) {
        detail::write_date_time(
            out, detail::sys_microseconds(detail::exact_write(value.time_since_epoch())));
    }
};

/// LocalDateTime (timestamp): without zone.
template <class Duration>
struct json_codec<std::chrono::local_time<Duration>> {
    using Time = std::chrono::local_time<Duration>;
    static Time read(const json_node& node, const json_place& place) {
        const auto read = detail::read_local_date_time(node, place);
        return Time(detail::exact_read<Duration>(read.time_since_epoch(), place));
    }
    static void write(std::string& out, Time value) {
        detail::write_local_date_time(
            out, detail::local_microseconds(detail::exact_write(value.time_since_epoch())));
    }
};

/// Date (date).
template <>
struct json_codec<std::chrono::year_month_day> {
    static std::chrono::year_month_day read(const json_node& node, const json_place& place) {
        return detail::read_date(node, place);
    }
    static void write(std::string& out, std::chrono::year_month_day value) {
        detail::write_date(out, value);
    }
};

/// Time (time): from 00:00:00 to 24:00:00, without zone.
template <class Duration>
struct json_codec<std::chrono::hh_mm_ss<Duration>> {
    using Time = std::chrono::hh_mm_ss<Duration>;
    static Time read(const json_node& node, const json_place& place) {
        return Time(detail::exact_read<Duration>(detail::read_time(node, place), place));
    }
    static void write(std::string& out, const Time& value) {
        detail::write_time(out, detail::exact_write(value.to_duration()));
    }
};

}  // namespace fraiseql
