// SPDX-License-Identifier: MIT
// Text formats of the scalars: whether a string is one. Pure, linear in the text.
#pragma once

#include <string_view>

namespace fraiseql::graphql::formats {

/// 8-4-4-4-12 hexadecimal digits (RFC 9562).
bool is_uuid(std::string_view text) noexcept;
/// YYYY-MM-DD, a day that exists; or "infinity" or "-infinity", which are beyond all others.
bool is_date(std::string_view text) noexcept;
/// HH:MM, optionally :SS and a fraction; no zone.
bool is_time(std::string_view text) noexcept;
/// A time and its zone: Z, +HH or +HH:MM.
bool is_offset_time(std::string_view text) noexcept;
/// A date, "T" or a space, a time, and a zone (RFC 3339 and PostgreSQL); or an infinity.
bool is_date_time(std::string_view text) noexcept;
/// The same without zone.
bool is_local_date_time(std::string_view text) noexcept;
/// P1Y2M3DT4H5M6S (ISO 8601), or "1 year 2 mons 3 days 04:05:06" as PostgreSQL writes it.
bool is_interval(std::string_view text) noexcept;
/// An integer that PostgreSQL's bigint holds; -9223372036854775808 to 9223372036854775807.
bool is_big_int(std::string_view text) noexcept;
/// An integer of 32 bits.
bool is_int(std::string_view text) noexcept;
/// Digits with an optional sign, fraction and exponent.
bool is_decimal(std::string_view text) noexcept;
/// "NaN", "Infinity" or "-Infinity", as PostgreSQL writes numbers that are none.
bool is_special_number(std::string_view text) noexcept;
/// "\x" and pairs of hexadecimal digits.
bool is_bytes(std::string_view text) noexcept;
/// One "@", with something before it and a dotted name after it.
bool is_email_address(std::string_view text) noexcept;
/// scheme ":" and more, of the characters of RFC 3986.
bool is_url(std::string_view text) noexcept;
/// RFC 1123: labels of 1 to 63 letters, digits and inner hyphens; 253 characters at most.
bool is_hostname(std::string_view text) noexcept;
/// IPv4 or IPv6, with or without /prefix.
bool is_ip_address(std::string_view text) noexcept;
/// IPv4 or IPv6 with /prefix.
bool is_cidr(std::string_view text) noexcept;
/// Six octets: 08:00:2b:01:02:03, with hyphens, as 0800.2b01.0203, or 12 digits; or eight octets.
bool is_mac_address(std::string_view text) noexcept;
/// Labels of letters, digits, underscores and hyphens, joined by dots; empty for the root.
bool is_ltree(std::string_view text) noexcept;
/// "[" or "(", a bound or nothing, a comma, a bound or nothing, "]" or ")"; or "empty".
bool is_range(std::string_view text, bool (*is_bound)(std::string_view) noexcept) noexcept;
/// Ranges between "{" and "}", with commas between them.
bool is_multirange(std::string_view text, bool (*is_bound)(std::string_view) noexcept) noexcept;
/// "[1,2.5,-3]".
bool is_vector(std::string_view text) noexcept;

}  // namespace fraiseql::graphql::formats
