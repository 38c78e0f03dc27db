// SPDX-License-Identifier: MIT
#include "graphql/string_literal.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

constexpr char32_t kNotHex = 0xFFFFFFFF;

/// Reads the four digits after \u.
char32_t hex4(std::string_view text) noexcept {
    if (text.size() < 4) return kNotHex;
    char32_t code = 0;
    for (char c : text.substr(0, 4)) {
        const int digit = hex_digit(c);
        if (digit < 0) return kNotHex;
        code = code << 4U | static_cast<char32_t>(digit);
    }
    return code;
}

bool is_lead(char32_t code) noexcept { return code >= 0xD800 && code <= 0xDBFF; }
bool is_trail(char32_t code) noexcept { return code >= 0xDC00 && code <= 0xDFFF; }

/// Bytes of the first `count` characters, as far as there are any.
std::size_t size_of_characters(std::string_view text, int count) noexcept {
    std::size_t size = 0;
    for (; size < text.size(); ++size) {
        const bool starts = (static_cast<unsigned char>(text[size]) & 0xC0U) != 0x80U;
        if (starts && count-- == 0) break;
    }
    return size;
}

Escape fixed_width(std::string_view text) noexcept {
    const std::size_t shown = size_of_characters(text, 6);
    const char32_t code = hex4(text.substr(2));
    if (code == kNotHex || is_trail(code)) return {.unicode = true, .size = shown};
    if (!is_lead(code)) return {true, true, 6, code};
    if (!text.substr(6).starts_with("\\u")) return {.unicode = true, .size = shown};
    const char32_t trail = hex4(text.substr(8));
    if (trail == kNotHex || !is_trail(trail)) return {.unicode = true, .size = shown};
    return {true, true, 12, 0x10000 + ((code - 0xD800) << 10U) + (trail - 0xDC00)};
}

Escape variable_width(std::string_view text) noexcept {
    char32_t code = 0;
    std::size_t size = 3;
    while (size < text.size() && size < 12) {
        const char c = text[size++];
        if (c == '}') {
            const bool scalar = code <= 0x10FFFF && !is_lead(code) && !is_trail(code);
            return {size > 4 && scalar, true, size, code};
        }
        const int digit = hex_digit(c);
        if (digit < 0 || code > 0x10FFFF) break;
        code = code << 4U | static_cast<char32_t>(digit);
    }
    return {.unicode = true, .size = size};
}

void append_utf8(std::string& out, char32_t code) {
    const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
        add(0xC0U | code >> 6U);
    } else {
        if (code < 0x10000) {
            add(0xE0U | code >> 12U);
        } else {
            add(0xF0U | code >> 18U);
            add(0x80U | (code >> 12U & 0x3FU));
        }
        add(0x80U | (code >> 6U & 0x3FU));
    }
    add(0x80U | (code & 0x3FU));
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

std::size_t indent_of(std::string_view line) noexcept {
    std::size_t size = 0;
    while (size < line.size() && is_blank(line[size]))
        ++size;
    return size;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\n' && text[i] != '\r') continue;
        lines.push_back(text.substr(start, i - start));
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        start = i + 1;
    }
    lines.push_back(text.substr(start));
    return lines;
}

void append_unescaped_quotes(std::string& out, std::string_view line) {
    constexpr std::string_view kEscaped = R"(\""")";
    for (std::size_t at; (at = line.find(kEscaped)) != line.npos;) {
        out.append(line.substr(0, at)).append(R"(""")");
        line.remove_prefix(at + kEscaped.size());
    }
    out.append(line);
}

/// Whether some block string has the value `text`.
bool fits_block_string(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == '\x7F')
            return false;
    const std::vector<std::string_view> lines = split_lines(text);
    const auto blank = [](std::string_view line) { return indent_of(line) == line.size(); };
    return !blank(lines.front()) && !blank(lines.back()) && indent_of(lines.front()) == 0;
}

}  // namespace

Escape read_escape(std::string_view text) noexcept {
    switch (text.size() > 1 ? text[1] : '\0') {
        case '"':
            return {true, false, 2, U'"'};
        case '\\':
            return {true, false, 2, U'\\'};
        case '/':
            return {true, false, 2, U'/'};
        case 'b':
            return {true, false, 2, U'\b'};
        case 'f':
            return {true, false, 2, U'\f'};
        case 'n':
            return {true, false, 2, U'\n'};
        case 'r':
            return {true, false, 2, U'\r'};
        case 't':
            return {true, false, 2, U'\t'};
        case 'u':
            return text.substr(2).starts_with('{') ? variable_width(text) : fixed_width(text);
        default:
            break;
    }
    return {.size = std::min<std::size_t>(2, text.size())};
}

std::string_view decode_string(std::string_view raw, Arena& arena) {
    std::size_t at = raw.find('\\');
    if (at == raw.npos) return raw;
    std::string out;
    out.reserve(raw.size());
    while (at != raw.npos) {
        out.append(raw.substr(0, at));
        const Escape escape = read_escape(raw.substr(at));
        append_utf8(out, escape.code_point);
        raw.remove_prefix(at + escape.size);
        at = raw.find('\\');
    }
    out.append(raw);
    return arena.copy(std::string_view(out));
}

std::string_view decode_block_string(std::string_view raw, Arena& arena) {
    std::vector<std::string_view> lines = split_lines(raw);
    std::size_t common = std::numeric_limits<std::size_t>::max();
    std::size_t first = lines.size();
    std::size_t last = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t indent = indent_of(lines[i]);
        if (indent == lines[i].size()) continue;
        first = std::min(first, i);
        last = i;
        if (i > 0) common = std::min(common, indent);
    }
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = first; i < lines.size() && i <= last; ++i) {
        if (i > 0) lines[i].remove_prefix(std::min(common, lines[i].size()));
        if (i > first) out += '\n';
        append_unescaped_quotes(out, lines[i]);
    }
    return arena.copy(std::string_view(out));
}

void print_block_string(std::string& out, std::string_view text, std::string_view indent) {
    if (!fits_block_string(text)) return json::write_string(out, text);
    const bool one_line = text.size() <= 70 && text.find('\n') == text.npos &&
                          !text.ends_with('"') && !text.ends_with('\\');
    out += R"(""")";
    for (std::string_view line : split_lines(text)) {
        if (!one_line) out.append("\n").append(line.empty() ? std::string_view{} : indent);
        for (std::size_t at; (at = line.find(R"(""")")) != line.npos;) {
            out.append(line.substr(0, at)).append(R"(\""")");
            line.remove_prefix(at + 3);
        }
        out.append(line);
    }
    if (!one_line) out.append("\n").append(indent);
    out += R"(""")";
}

bool is_utf8(std::string_view text, std::size_t& wrong) noexcept {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint64_t eight = 0;
        if (i + 8 <= text.size()) {
            std::memcpy(&eight, text.data() + i, 8);
            if ((eight & 0x8080808080808080U) == 0) {
                i += 8;
                continue;
            }
        }
        const unsigned first = byte(i);
        if (first < 0x80U) {
            ++i;
            continue;
        }
        const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
        // The second byte's range excludes overlong forms, surrogates and code points too large.
        const unsigned low = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
        const unsigned high = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
        bool valid = first >= 0xC2U && first <= 0xF4U && byte(i + 1) >= low && byte(i + 1) <= high;
        for (std::size_t k = 2; k < size; ++k)
            valid = valid && (byte(i + k) & 0xC0U) == 0x80U;
        if (!valid) {
            wrong = i;
            return false;
        }
        i += size;
    }
    return true;
}

}  // namespace fraiseql::graphql
