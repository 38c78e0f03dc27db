// SPDX-License-Identifier: MIT
#include "server/url_encoding.hpp"

#include <optional>

namespace fraiseql::server {

namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

Result<std::string> decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
            const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
            if (!high || !low) {
                return fail(ErrorCode::BadRequest,
                            "The query string has a \"%\" without two hexadecimal digits",
                            "Write a percent sign as %25.");
            }
            out += static_cast<char>(*high * 16 + *low);
            i += 2;
        }
    }
    return out;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> fields;
    while (!text.empty()) {
        const std::string_view field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), field.size() + 1));
        if (field.empty()) continue;
        const std::size_t equals = std::min(field.find('='), field.size());
        FRAISEQL_TRY(std::string name, decode(field.substr(0, equals)));
        const std::size_t start = std::min(field.size(), equals + 1);
        FRAISEQL_TRY(std::string value, decode(field.substr(start)));
        fields.emplace_back(std::move(name), std::move(value));
    }
    return fields;
}

}  // namespace fraiseql::server
