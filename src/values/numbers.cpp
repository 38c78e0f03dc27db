// SPDX-License-Identifier: MIT
// Reading and writing numbers without losing a digit.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "fraiseql/error.hpp"
#include "fraiseql/json_scalars.hpp"

namespace fraiseql::detail {
namespace {

/// The text of a number; of a string, too, where `wide`: BigInt comes as either.
std::string_view number_text(const json_node& node, const json_place& place, bool wide) {
    const bool text = wide && node.type() == json_node::kind::string;
    if (node.type() != json_node::kind::number && !text) place.expected("an integer", node);
    return node.text();
}

template <class T>
T read_whole(const json_node& node, const json_place& place, T least, T most) {
    constexpr auto kInt32 = static_cast<T>(std::numeric_limits<std::int32_t>::max());
    const std::string_view text = number_text(node, place, most > kInt32);
    T out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = end == text.data() + text.size() && !text.empty();
    if (error == std::errc::result_out_of_range || (whole && (out < least || out > most)))
        place.refuse(fmt::format("must be an integer from {} to {}, not {}.", least, most, text));
    if (error != std::errc() || !whole)
        place.refuse(
            fmt::format("must be an integer from {} to {}, not \"{}\".", least, most, text));
    return out;
}

bool is_integer(std::string_view text) noexcept {
    return text.find_first_not_of("-0123456789") == text.npos;
}

/// Whether `value` written out in full has the digits of `text`, an integer.
bool is_exact(double value, std::string_view text) {
    return fmt::format("{:.0f}", value) == text || (value == 0 && text == "-0");
}

template <class T>
T read_real(const json_node& node, const json_place& place) {
    const std::string_view text = node.text();
    if (node.type() == json_node::kind::string) {
        // As PostgreSQL writes numbers that are none.
        if (text == "NaN") return std::numeric_limits<T>::quiet_NaN();
        if (text == "Infinity") return std::numeric_limits<T>::infinity();
        if (text == "-Infinity") return -std::numeric_limits<T>::infinity();
    }
    if (node.type() != json_node::kind::number) place.expected("a number", node);
    T out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size())
        place.refuse(fmt::format("is {}, which floating point cannot hold.", text),
                     "Use fraiseql::decimal.");
    if (is_integer(text) && !is_exact(static_cast<double>(out), text))
        place.refuse(fmt::format("is {}, which floating point can only hold rounded.", text),
                     "Use std::int64_t or fraiseql::decimal.");
    return out;
}

void write_real(std::string& out, double value, const std::string& shortest) {
    if (!std::isfinite(value))
        throw failure(fmt::format("{} cannot be written as JSON.", value), "BAD_USER_INPUT",
                      "Send null, or a text.");
    out += shortest;
}

}  // namespace

std::int64_t read_integer(const json_node& node, const json_place& place, std::int64_t least,
                          std::int64_t most) {
    return read_whole<std::int64_t>(node, place, least, most);
}

std::uint64_t read_unsigned(const json_node& node, const json_place& place, std::uint64_t most) {
    return read_whole<std::uint64_t>(node, place, 0, most);
}

double read_double(const json_node& node, const json_place& place) {
    return read_real<double>(node, place);
}

float read_float(const json_node& node, const json_place& place) {
    return read_real<float>(node, place);
}

void write_double(std::string& out, double value) {
    write_real(out, value, fmt::format("{}", value));
}

void write_float(std::string& out, float value) {
    write_real(out, value, fmt::format("{}", value));
}

uuid read_uuid(const json_node& node, const json_place& place) {
    if (node.type() != json_node::kind::string) place.expected("a UUID", node);
    const auto out = uuid::parse(node.text());
    if (!out) place.refuse(fmt::format("must be a UUID, not \"{}\".", node.text()));
    return *out;
}

decimal read_decimal(const json_node& node, const json_place& place) {
    const bool text = node.type() == json_node::kind::string;
    if (!text && node.type() != json_node::kind::number) place.expected("a decimal number", node);
    auto out = decimal::parse(node.text());
    if (!out) place.refuse(fmt::format("must be a decimal number, not \"{}\".", node.text()));
    return *std::move(out);
}

void write_decimal(std::string& out, const decimal& value) {
    const std::string& text = value.str();
    // What JSON has no number for: NaN, and signs and points that it does not allow.
    std::string_view digits = text;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    const bool zero_padded =
        digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    const bool plain = value.is_finite() && !digits.empty() && digits[0] >= '0' &&
                       digits[0] <= '9' && !zero_padded && text.find(".e") == text.npos &&
                       text.find(".E") == text.npos && !text.ends_with('.');
    if (plain)
        out += text;
    else
        write_json_string(out, text);
}

}  // namespace fraiseql::detail
