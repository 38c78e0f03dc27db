// SPDX-License-Identifier: MIT
#include "json/writer.hpp"

#include <cstdint>
#include <cstring>

namespace fraiseql::json {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void write_escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
}

bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

/// A high bit for each byte of `word` that is below `bound`, 0x80 at most. Bytes above such a one
/// may have the bit, too, by a borrow.
constexpr std::uint64_t bytes_below(std::uint64_t word, std::uint64_t bound) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    return (word - kOnes * bound) & ~word & (kOnes * 0x80U);
}

/// Returns how many bytes at the beginning of `text` need no escape; looks at eight at a time.
std::size_t plain_length(std::string_view text) {
    constexpr std::uint64_t kQuotes = 0x2222222222222222U;
    constexpr std::uint64_t kBackslashes = 0x5c5c5c5c5c5c5c5cU;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof(word) <= text.size(); at += sizeof(word)) {
        std::memcpy(&word, text.data() + at, sizeof(word));
        const std::uint64_t found = bytes_below(word, 0x20) | bytes_below(word ^ kQuotes, 1) |
                                    bytes_below(word ^ kBackslashes, 1);
        if (found != 0) break;
    }
    while (at < text.size() && is_plain(text[at]))
        ++at;
    return at;
}

}  // namespace

void write_string(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const std::size_t length = plain_length(text);
        out.append(text.substr(0, length));
        if (length == text.size()) break;
        write_escape(out, text[length]);
        text.remove_prefix(length + 1);
    }
    out += '"';
}

void write(std::string& out, const Value& value) {
    switch (value.kind) {
        case Value::Kind::Null:
            out += "null";
            return;
        case Value::Kind::False:
            out += "false";
            return;
        case Value::Kind::True:
            out += "true";
            return;
        case Value::Kind::Number:
            out += value.text;
            return;
        case Value::Kind::String:
            write_string(out, value.text);
            return;
        case Value::Kind::Array: {
            char separator = '[';
            for (const Value& item : value.items) {
                out += separator;
                write(out, item);
                separator = ',';
            }
            out += value.items.empty() ? "[]" : "]";
            return;
        }
        case Value::Kind::Object: {
            char separator = '{';
            for (const Member& member : value.members) {
                out += separator;
                write_string(out, member.name);
                out += ':';
                write(out, member.value);
                separator = ',';
            }
            out += value.members.empty() ? "{}" : "}";
            return;
        }
    }
}

}  // namespace fraiseql::json
