// SPDX-License-Identifier: MIT
#include "fraiseql/uuid.hpp"

#include <stdexcept>

namespace fraiseql {
namespace {

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool has_hyphen_before(std::size_t byte) noexcept {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

}  // namespace

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
    if (text.size() != 36) return std::nullopt;
    uuid out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        if (has_hyphen_before(i) && text[at++] != '-') return std::nullopt;
        const int high = digit(text[at]);
        const int low = digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return out;
}

std::string uuid::str() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (has_hyphen_before(i)) out += '-';
        out += kDigits[bytes[i] >> 4U];
        out += kDigits[bytes[i] & 15U];
    }
    return out;
}

uuid operator""_uuid(const char* text, std::size_t size) {
    const auto out = uuid::parse({text, size});
    if (!out) throw std::invalid_argument("not a uuid: " + std::string(text, size));
    return *out;
}

}  // namespace fraiseql
