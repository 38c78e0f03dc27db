// SPDX-License-Identifier: MIT
#include "fraiseql/decimal.hpp"

#include <charconv>
#include <stdexcept>

namespace fraiseql {
namespace {

/// A number as its digits without zeros around them, times a power of ten.
struct Digits {
    bool negative = false;
    std::string digits = {};
    long long exponent = 0;
    bool operator==(const Digits&) const = default;
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_special(std::string_view text) noexcept {
    return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

/// Takes digits off the front of `text`.
std::string_view take_digits(std::string_view& text) noexcept {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    const std::string_view out = text.substr(0, n);
    text.remove_prefix(n);
    return out;
}

std::optional<Digits> read(std::string_view text) {
    Digits out;
    if (text.starts_with('-') || text.starts_with('+')) {
        out.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    out.digits = take_digits(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::string_view fraction = take_digits(text);
        out.digits += fraction;
        out.exponent = -static_cast<long long>(fraction.size());
    }
    if (out.digits.empty()) return std::nullopt;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
        int power = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), power);
        if (error != std::errc() || end == text.data()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        out.exponent += power;
    }
    if (!text.empty()) return std::nullopt;
    return out;
}

Digits canonical(Digits value) {
    while (!value.digits.empty() && value.digits.back() == '0') {
        value.digits.pop_back();
        ++value.exponent;
    }
    value.digits.erase(0, std::min(value.digits.find_first_not_of('0'), value.digits.size()));
    if (value.digits.empty()) return {};
    return value;
}

}  // namespace

std::optional<decimal> decimal::parse(std::string_view text) {
    if (!is_special(text) && !read(text)) return std::nullopt;
    return decimal(text);
}

bool decimal::is_finite() const noexcept { return !is_special(text_); }

bool decimal::operator==(const decimal& other) const {
    if (!is_finite() || !other.is_finite()) return text_ == other.text_;
    return canonical(*read(text_)) == canonical(*read(other.text_));
}

decimal operator""_decimal(const char* text, std::size_t size) {
    auto out = decimal::parse({text, size});
    if (!out) throw std::invalid_argument("not a decimal: " + std::string(text, size));
    return *std::move(out);
}

}  // namespace fraiseql
