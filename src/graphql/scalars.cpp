// SPDX-License-Identifier: MIT
#include "graphql/scalars.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "graphql/scalar_formats.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

using Problem = std::optional<std::string>;

std::string show(const json::Value& value) {
    constexpr std::size_t kLongest = 200;
    std::string out;
    json::write(out, value);
    if (out.size() <= kLongest) return out;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
        --end;
    return out.substr(0, end) + "…";
}

Problem refuse(std::string_view what, const json::Value& value) {
    return fmt::format("{}: {}", what, show(value));
}

double to_double(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

Problem check_int(const json::Value& value) {
    const double number = value.is_number() ? to_double(value.text) : 0.5;
    if (!std::isfinite(number) || number != std::floor(number))
        return refuse("Int cannot represent non-integer value", value);
    if (number < std::numeric_limits<std::int32_t>::min() ||
        number > std::numeric_limits<std::int32_t>::max())
        return refuse("Int cannot represent non 32-bit signed integer value", value);
    return std::nullopt;
}

Problem check_float(const json::Value& value) {
    if (value.is_number() && std::isfinite(to_double(value.text))) return std::nullopt;
    return refuse("Float cannot represent non numeric value", value);
}

Problem check_string(const json::Value& value) {
    if (value.is_string()) return std::nullopt;
    return refuse("String cannot represent a non string value", value);
}

Problem check_boolean(const json::Value& value) {
    if (value.is_bool()) return std::nullopt;
    return refuse("Boolean cannot represent a non boolean value", value);
}

Problem check_id(const json::Value& value) {
    if (value.is_string()) return std::nullopt;
    const bool digits =
        value.is_number() && value.text.find_first_of(".eE") == std::string_view::npos;
    if (digits || (value.is_number() && !check_int(value))) return std::nullopt;
    return refuse("ID cannot represent value", value);
}

Problem check_big_int(const json::Value& value) {
    if ((value.is_string() || value.is_number()) && formats::is_big_int(value.text))
        return std::nullopt;
    return refuse("BigInt must be an integer of 64 bits, as a number or a string", value);
}

Problem check_decimal(const json::Value& value) {
    if ((value.is_string() || value.is_number()) && formats::is_decimal(value.text))
        return std::nullopt;
    if (value.is_string() && formats::is_special_number(value.text)) return std::nullopt;
    return refuse("Decimal must be a decimal number, as a number or a string", value);
}

Problem check_port(const json::Value& value) {
    if (value.is_number() && formats::is_int(value.text)) {
        int port = 0;
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), port);
        if (port >= 1 && port <= 65535) return std::nullopt;
    }
    return refuse("Port must be an integer from 1 to 65535", value);
}

Problem check_vector(const json::Value& value) {
    if (value.is_string() && formats::is_vector(value.text)) return std::nullopt;
    bool numbers = value.is_array() && !value.items.empty();
    for (const json::Value& item : value.items)
        numbers = numbers && item.is_number();
    if (numbers) return std::nullopt;
    return refuse("Vector must be a list of numbers, or a string like \"[1,2.5,3]\"", value);
}

Problem check_json(const json::Value&) { return std::nullopt; }

using Format = bool (*)(std::string_view) noexcept;

/// A scalar that is a string of a format.
template <Format is_one, const char* expectation>
Problem check_text(const json::Value& value) {
    if (value.is_string() && is_one(value.text)) return std::nullopt;
    return refuse(expectation, value);
}

/// A range whose bounds are of a format.
template <Format is_bound, const char* expectation>
Problem check_range(const json::Value& value) {
    if (value.is_string() && formats::is_range(value.text, is_bound)) return std::nullopt;
    return refuse(expectation, value);
}

template <Format is_bound, const char* expectation>
Problem check_multirange(const json::Value& value) {
    if (value.is_string() && formats::is_multirange(value.text, is_bound)) return std::nullopt;
    return refuse(expectation, value);
}

constexpr char kUuid[] = "UUID must be a string of 8-4-4-4-12 hexadecimal digits";
constexpr char kDate[] = "Date must be a string like \"2026-01-31\", a day that exists";
constexpr char kTime[] = "Time must be a string like \"23:59:59.999\", without zone";
constexpr char kOffsetTime[] = "OffsetTime must be a string like \"23:59:59.999Z\", with a zone";
constexpr char kDateTime[] = "DateTime must be a string like \"2026-01-31T23:59:59Z\", with a zone";
constexpr char kLocalDateTime[] =
    "LocalDateTime must be a string like \"2026-01-31T23:59:59\", without zone";
constexpr char kInterval[] = "Interval must be a string like \"P1DT2H30M\" or \"1 day 02:30:00\"";
constexpr char kBytes[] = "Bytes must be a string of \"\\x\" and hexadecimal digits";
constexpr char kEmail[] = "EmailAddress must be a string like \"someone@example.com\"";
constexpr char kUrl[] = "URL must be a string like \"https://example.com/path\"";
constexpr char kHostname[] = "Hostname must be a string like \"www.example.com\"";
constexpr char kIpAddress[] = "IPAddress must be an IPv4 or IPv6 address";
constexpr char kCidr[] = "CIDR must be a network like \"10.0.0.0/8\" or \"2001:db8::/32\"";
constexpr char kMac[] = "MacAddress must be six or eight octets like \"08:00:2b:01:02:03\"";
constexpr char kLtree[] = "LTree must be labels of letters, digits, _ and - joined by dots";
constexpr char kDateRange[] = "DateRange must be a string like \"[2026-01-01,2026-02-01)\"";
constexpr char kIntRange[] = "IntRange must be a string like \"[1,10)\"";
constexpr char kBigIntRange[] = "BigIntRange must be a string like \"[1,10)\"";
constexpr char kDecimalRange[] = "DecimalRange must be a string like \"[1.5,10)\"";
constexpr char kLocalDateTimeRange[] =
    "LocalDateTimeRange must be a string like \"[2026-01-01T00:00:00,2026-02-01T00:00:00)\"";
constexpr char kDateTimeRange[] =
    "DateTimeRange must be a string like \"[2026-01-01T00:00:00Z,2026-02-01T00:00:00Z)\"";
constexpr char kDateMultirange[] =
    "DateMultirange must be a string like \"{[2026-01-01,2026-02-01)}\"";
constexpr char kIntMultirange[] = "IntMultirange must be a string like \"{[1,10),[20,30)}\"";
constexpr char kBigIntMultirange[] = "BigIntMultirange must be a string like \"{[1,10),[20,30)}\"";
constexpr char kDecimalMultirange[] = "DecimalMultirange must be a string like \"{[1.5,10)}\"";
constexpr char kLocalDateTimeMultirange[] =
    "LocalDateTimeMultirange must be a string like \"{[2026-01-01T00:00:00,)}\"";
constexpr char kDateTimeMultirange[] =
    "DateTimeMultirange must be a string like \"{[2026-01-01T00:00:00Z,)}\"";

namespace f = formats;
constexpr std::string_view kRfc3339 = "https://www.rfc-editor.org/rfc/rfc3339";
constexpr std::string_view kRanges = "https://www.postgresql.org/docs/current/rangetypes.html";

/// One row a scalar: name, description, specification, check.
constexpr Scalar kScalars[] = {
    {"Int", "A whole number from -2147483648 to 2147483647.", "", check_int},
    {"Float", "A number of double precision (IEEE 754).", "", check_float},
    {"String", "Text, as a sequence of Unicode characters.", "", check_string},
    {"Boolean", "`true` or `false`.", "", check_boolean},
    {"ID", "An identifier: text that is not meant to be read by people.", "", check_id},
    {"UUID", "A universally unique identifier, in its canonical form of 36 characters.",
     "https://www.rfc-editor.org/rfc/rfc9562", check_text<f::is_uuid, kUuid>},
    {"Date", "A day of the calendar: `2026-01-31`.", kRfc3339, check_text<f::is_date, kDate>},
    {"Time", "A time of the day without zone: `23:59:59.999`.", kRfc3339,
     check_text<f::is_time, kTime>},
    {"OffsetTime", "A time of the day with the offset of its zone: `23:59:59.999+02`.",
     "https://www.postgresql.org/docs/current/datatype-datetime.html",
     check_text<f::is_offset_time, kOffsetTime>},
    {"DateTime", "A point in time with its zone: `2026-01-31T23:59:59Z`.", kRfc3339,
     check_text<f::is_date_time, kDateTime>},
    {"LocalDateTime", "A day and time without zone: `2026-01-31T23:59:59`.",
     "https://www.postgresql.org/docs/current/datatype-datetime.html",
     check_text<f::is_local_date_time, kLocalDateTime>},
    {"Interval", "A span of time: `P1DT2H30M` (ISO 8601) or `1 day 02:30:00` (PostgreSQL).",
     "https://www.postgresql.org/docs/current/datatype-datetime.html",
     check_text<f::is_interval, kInterval>},
    {"BigInt", "A whole number of 64 bits. Input may be a number or a string; every digit counts.",
     "https://www.postgresql.org/docs/current/datatype-numeric.html", check_big_int},
    {"Decimal",
     "A decimal number of any precision. Input may be a number or a string; every digit counts.",
     "https://www.postgresql.org/docs/current/datatype-numeric.html", check_decimal},
    {"JSON", "Any JSON value: an object, a list, a string, a number, a boolean or null.",
     "https://www.rfc-editor.org/rfc/rfc8259", check_json},
    {"Bytes", "Binary data as `\\x` and two hexadecimal digits a byte.",
     "https://www.postgresql.org/docs/current/datatype-binary.html",
     check_text<f::is_bytes, kBytes>},
    {"EmailAddress", "An e-mail address.", "https://www.rfc-editor.org/rfc/rfc5322",
     check_text<f::is_email_address, kEmail>},
    {"URL", "An absolute URL.", "https://www.rfc-editor.org/rfc/rfc3986",
     check_text<f::is_url, kUrl>},
    {"Hostname", "The name of a host on the internet.", "https://www.rfc-editor.org/rfc/rfc1123",
     check_text<f::is_hostname, kHostname>},
    {"IPAddress", "An IPv4 or IPv6 address, optionally with the length of its network's prefix.",
     "https://www.postgresql.org/docs/current/datatype-net-types.html",
     check_text<f::is_ip_address, kIpAddress>},
    {"CIDR", "An IPv4 or IPv6 network: `10.0.0.0/8`.", "https://www.rfc-editor.org/rfc/rfc4632",
     check_text<f::is_cidr, kCidr>},
    {"MacAddress", "A MAC address: `08:00:2b:01:02:03`.",
     "https://www.postgresql.org/docs/current/datatype-net-types.html",
     check_text<f::is_mac_address, kMac>},
    {"Port", "The number of a TCP or UDP port, from 1 to 65535.",
     "https://www.rfc-editor.org/rfc/rfc6335", check_port},
    {"LTree", "A path of labels in a tree: `top.science.astronomy`.",
     "https://www.postgresql.org/docs/current/ltree.html", check_text<f::is_ltree, kLtree>},
    {"DateRange", "A range of days: `[2026-01-01,2026-02-01)`.", kRanges,
     check_range<f::is_date, kDateRange>},
    {"IntRange", "A range of whole numbers: `[1,10)`.", kRanges, check_range<f::is_int, kIntRange>},
    {"BigIntRange", "A range of whole numbers of 64 bits: `[1,10)`.", kRanges,
     check_range<f::is_big_int, kBigIntRange>},
    {"DecimalRange", "A range of decimal numbers: `[1.5,10)`.", kRanges,
     check_range<f::is_decimal, kDecimalRange>},
    {"LocalDateTimeRange", "A range of days with times, without zone.", kRanges,
     check_range<f::is_local_date_time, kLocalDateTimeRange>},
    {"DateTimeRange", "A range of points in time.", kRanges,
     check_range<f::is_date_time, kDateTimeRange>},
    {"DateMultirange", "Ranges of days with gaps between them: `{[2026-01-01,2026-02-01)}`.",
     kRanges, check_multirange<f::is_date, kDateMultirange>},
    {"IntMultirange", "Ranges of whole numbers: `{[1,10),[20,30)}`.", kRanges,
     check_multirange<f::is_int, kIntMultirange>},
    {"BigIntMultirange", "Ranges of whole numbers of 64 bits: `{[1,10),[20,30)}`.", kRanges,
     check_multirange<f::is_big_int, kBigIntMultirange>},
    {"DecimalMultirange", "Ranges of decimal numbers: `{[1.5,10)}`.", kRanges,
     check_multirange<f::is_decimal, kDecimalMultirange>},
    {"LocalDateTimeMultirange", "Ranges of days with times, without zone.", kRanges,
     check_multirange<f::is_local_date_time, kLocalDateTimeMultirange>},
    {"DateTimeMultirange", "Ranges of points in time.", kRanges,
     check_multirange<f::is_date_time, kDateTimeMultirange>},
    {"Vector", "A vector of numbers: a list, or a string like `[1,2.5,3]`.",
     "https://github.com/pgvector/pgvector", check_vector},
};

}  // namespace

std::span<const Scalar> scalars() noexcept { return kScalars; }

const Scalar* find_scalar(std::string_view name) noexcept {
    for (const Scalar& scalar : kScalars)
        if (scalar.name == name) return &scalar;
    return nullptr;
}

}  // namespace fraiseql::graphql
