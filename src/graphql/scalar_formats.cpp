// SPDX-License-Identifier: MIT
#include "graphql/scalar_formats.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace fraiseql::graphql::formats {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Reads a text from its front; every method leaves it as it was where it finds nothing.
struct Reader {
    std::string_view rest;

    bool done() const noexcept { return rest.empty(); }
    bool take(char c) noexcept {
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    std::size_t digits() noexcept {
        std::size_t n = 0;
        while (n < rest.size() && is_digit(rest[n]))
            ++n;
        rest.remove_prefix(n);
        return n;
    }
    /// Reads exactly `width` digits whose number is at most `most`.
    std::optional<int> number(std::size_t width, int most) noexcept {
        if (rest.size() < width) return std::nullopt;
        int value = 0;
        for (char c : rest.substr(0, width)) {
            if (!is_digit(c)) return std::nullopt;
            value = value * 10 + (c - '0');
        }
        if (value > most) return std::nullopt;
        rest.remove_prefix(width);
        return value;
    }
    bool fraction() noexcept { return !take('.') || digits() > 0; }
    bool sign() noexcept { return take('-') || take('+'); }
};

bool read_date(Reader& in) noexcept {
    const auto year = in.number(4, 9999);
    if (!year || !in.take('-')) return false;
    const auto month = in.number(2, 12);
    if (!month || *month == 0 || !in.take('-')) return false;
    const auto day = in.number(2, 31);
    if (!day || *day == 0) return false;
    const bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
    if (*month == 2) return *day <= (leap ? 29 : 28);
    return *day <= (*month == 4 || *month == 6 || *month == 9 || *month == 11 ? 30 : 31);
}

bool read_time(Reader& in) noexcept {
    const auto hour = in.number(2, 24);
    if (!hour || !in.take(':')) return false;
    const auto minute = in.number(2, 59);
    if (!minute) return false;
    int second = 0;
    if (in.take(':')) {
        const auto read = in.number(2, 60);
        if (!read || !in.fraction()) return false;
        second = *read;
    }
    return *hour < 24 || (*minute == 0 && second == 0);
}

bool read_zone(Reader& in) noexcept {
    if (in.take('Z') || in.take('z')) return true;
    if (!in.sign() || !in.number(2, 15)) return false;
    return !in.take(':') || in.number(2, 59).has_value();
}

bool is_infinity(std::string_view text) noexcept {
    return text == "infinity" || text == "-infinity";
}

bool read_local_date_time(Reader& in) noexcept {
    return read_date(in) && (in.take('T') || in.take('t') || in.take(' ')) && read_time(in);
}

/// The designators must come in order, each at most once.
bool is_iso_duration(Reader in) noexcept {
    std::string_view designators = "YMWD";
    bool any = false;
    bool in_time = false;
    while (!in.done()) {
        if (!in_time && in.take('T')) {
            in_time = true;
            designators = "HMS";
            if (in.done()) return false;
        }
        in.sign();
        if (in.digits() == 0 || !in.fraction() || in.done()) return false;
        const std::size_t at = designators.find(in.rest.front());
        if (at == designators.npos) return false;
        designators.remove_prefix(at + 1);
        in.rest.remove_prefix(1);
        any = true;
    }
    return any;
}

bool is_unit(std::string_view word) noexcept {
    constexpr std::string_view kUnits[] = {"microsecond", "millisecond", "second",    "sec",
                                           "minute",      "min",         "hour",      "day",
                                           "week",        "month",       "mon",       "year",
                                           "decade",      "century",     "centuries", "millennium"};
    if (word.size() > 1 && word.ends_with('s')) word.remove_suffix(1);
    if (word == "centurie") return true;
    return std::find(std::begin(kUnits), std::end(kUnits), word) != std::end(kUnits);
}

bool is_postgres_interval(Reader in) noexcept {
    bool any = false;
    while (!in.done()) {
        if (any && !in.take(' ')) return false;
        Reader clock = in;
        clock.sign();
        const std::size_t hours = clock.digits();
        if (hours > 0 && clock.take(':') && clock.number(2, 59)) {
            if (clock.take(':') && (!clock.number(2, 60) || !clock.fraction())) return false;
            return clock.done();
        }
        in.sign();
        if (in.digits() == 0 || !in.fraction() || !in.take(' ')) return false;
        std::size_t size = 0;
        while (size < in.rest.size() && is_letter(in.rest[size]))
            ++size;
        if (!is_unit(in.rest.substr(0, size))) return false;
        in.rest.remove_prefix(size);
        any = true;
    }
    return any;
}

template <class Int>
bool is_integer(std::string_view text) noexcept {
    Int value = 0;
    const char* end = text.data() + text.size();
    const auto [at, code] = std::from_chars(text.data(), end, value);
    return code == std::errc() && at == end;
}

bool is_ipv4(std::string_view text) noexcept {
    Reader in{text};
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !in.take('.')) return false;
        const std::string_view before = in.rest;
        const std::size_t size = in.digits();
        if (size == 0 || size > 3) return false;
        Reader number{before.substr(0, size)};
        if (!number.number(size, 255)) return false;
    }
    return in.done();
}

bool is_ipv6(std::string_view text) noexcept {
    int groups = 0;
    bool gap = text.starts_with("::");
    if (gap) text.remove_prefix(2);
    while (!text.empty()) {
        const std::size_t size = std::min(text.find(':'), text.size());
        const std::string_view group = text.substr(0, size);
        if (group.find('.') != group.npos) {
            if (size != text.size() || !is_ipv4(group)) return false;
            groups += 2;
            break;
        }
        if (size == 0 || size > 4 || !std::all_of(group.begin(), group.end(), is_hex)) return false;
        ++groups;
        text.remove_prefix(size);
        if (text.starts_with("::")) {
            if (gap) return false;
            gap = true;
            text.remove_prefix(2);
        } else if (text.starts_with(':')) {
            text.remove_prefix(1);
            if (text.empty()) return false;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

bool is_prefix_length(std::string_view text, int most) noexcept {
    return !text.empty() && text.size() <= 3 && Reader{text}.number(text.size(), most).has_value();
}

bool is_address(std::string_view text, bool prefix_required) noexcept {
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    const bool v4 = is_ipv4(address);
    if (!v4 && !is_ipv6(address)) return false;
    if (slash == text.npos) return !prefix_required;
    return is_prefix_length(text.substr(slash + 1), v4 ? 32 : 128);
}

bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

/// Whether every part of `text` between `delimiter`s is one.
template <class Check>
bool all_parts(std::string_view text, char delimiter, Check is_part) noexcept {
    for (;;) {
        const std::size_t end = text.find(delimiter);
        if (!is_part(text.substr(0, end))) return false;
        if (end == text.npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_hex_groups(std::string_view text, char delimiter, std::size_t width,
                   std::size_t count) noexcept {
    if (text.size() != width * count + count - 1) return false;
    return all_parts(text, delimiter, [width](std::string_view part) {
        return part.size() == width && std::all_of(part.begin(), part.end(), is_hex);
    });
}

}  // namespace

bool is_uuid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

bool is_date(std::string_view text) noexcept {
    Reader in{text};
    return is_infinity(text) || (read_date(in) && in.done());
}

bool is_time(std::string_view text) noexcept {
    Reader in{text};
    return read_time(in) && in.done();
}

bool is_offset_time(std::string_view text) noexcept {
    Reader in{text};
    return read_time(in) && read_zone(in) && in.done();
}

bool is_date_time(std::string_view text) noexcept {
    Reader in{text};
    if (is_infinity(text)) return true;
    return read_local_date_time(in) && read_zone(in) && in.done();
}

bool is_local_date_time(std::string_view text) noexcept {
    Reader in{text};
    return is_infinity(text) || (read_local_date_time(in) && in.done());
}

bool is_interval(std::string_view text) noexcept {
    Reader in{text};
    Reader negated = in;
    if (negated.take('-') && negated.take('P')) return is_iso_duration(negated);
    return in.take('P') ? is_iso_duration(in) : is_postgres_interval(in);
}

bool is_big_int(std::string_view text) noexcept { return is_integer<std::int64_t>(text); }
bool is_int(std::string_view text) noexcept { return is_integer<std::int32_t>(text); }

bool is_decimal(std::string_view text) noexcept {
    Reader in{text};
    in.take('-');
    if (in.digits() == 0 || !in.fraction()) return false;
    if (in.take('e') || in.take('E')) {
        in.sign();
        if (in.digits() == 0) return false;
    }
    return in.done();
}

bool is_special_number(std::string_view text) noexcept {
    return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

bool is_bytes(std::string_view text) noexcept {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return false;
    return std::all_of(text.begin() + 2, text.end(), is_hex);
}

bool is_email_address(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    if (at == text.npos || at == 0 || at > 64 || text.size() > 254) return false;
    for (char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
    const std::string_view domain = text.substr(at + 1);
    if (domain.find('@') != domain.npos || domain.find('.') == domain.npos) return false;
    return all_parts(domain, '.', [](std::string_view part) { return !part.empty(); });
}

bool is_url(std::string_view text) noexcept {
    const std::size_t colon = text.find(':');
    if (colon == text.npos || colon == 0 || !is_letter(text.front())) return false;
    for (char c : text.substr(0, colon))
        if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
    std::string_view rest = text.substr(colon + 1);
    for (char c : rest)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
            std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos)
            return false;
    if (!rest.starts_with("//")) return !rest.empty();
    rest.remove_prefix(2);
    return text.starts_with("file:") || (!rest.empty() && !rest.starts_with('/'));
}

bool is_hostname(std::string_view text) noexcept {
    if (text.empty() || text.size() > 253) return false;
    return all_parts(text, '.', is_label);
}

bool is_ip_address(std::string_view text) noexcept { return is_address(text, false); }
bool is_cidr(std::string_view text) noexcept { return is_address(text, true); }

bool is_mac_address(std::string_view text) noexcept {
    if (text.size() == 12 || text.size() == 16)
        return std::all_of(text.begin(), text.end(), is_hex);
    for (const std::size_t octets : {std::size_t{6}, std::size_t{8}})
        if (is_hex_groups(text, ':', 2, octets) || is_hex_groups(text, '-', 2, octets) ||
            is_hex_groups(text, '.', 4, octets / 2))
            return true;
    return false;
}

bool is_ltree(std::string_view text) noexcept {
    return text.empty() || all_parts(text, '.', [](std::string_view label) {
               return !label.empty() && label.size() <= 1000 &&
                      std::all_of(label.begin(), label.end(), [](char c) {
                          return is_letter(c) || is_digit(c) || c == '_' || c == '-';
                      });
           });
}

bool is_range(std::string_view text, bool (*is_bound)(std::string_view) noexcept) noexcept {
    if (text == "empty") return true;
    if (text.size() < 3 || (text.front() != '[' && text.front() != '(')) return false;
    if (text.back() != ']' && text.back() != ')') return false;
    text = text.substr(1, text.size() - 2);
    const std::size_t comma = text.find(',');
    if (comma == text.npos) return false;
    for (std::string_view bound : {text.substr(0, comma), text.substr(comma + 1)}) {
        if (bound.size() >= 2 && bound.front() == '"' && bound.back() == '"')
            bound = bound.substr(1, bound.size() - 2);
        else if (bound.empty())
            continue;
        if (!is_bound(bound)) return false;
    }
    return true;
}

bool is_multirange(std::string_view text, bool (*is_bound)(std::string_view) noexcept) noexcept {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        // No bound has a bracket in it.
        const std::size_t end = text.find_first_of(")]");
        if (end == text.npos || !is_range(text.substr(0, end + 1), is_bound)) return false;
        text.remove_prefix(end + 1);
        if (text.empty()) return true;
        if (text.front() != ',' || text.size() == 1) return false;
        text.remove_prefix(1);
    }
    return true;
}

bool is_vector(std::string_view text) noexcept {
    if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
    return all_parts(text.substr(1, text.size() - 2), ',', [](std::string_view part) {
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        return is_decimal(part);
    });
}

}  // namespace fraiseql::graphql::formats
