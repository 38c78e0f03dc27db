// SPDX-License-Identifier: MIT
#include "json/parts.hpp"

#include <algorithm>
#include <cstring>

namespace fraiseql::json {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_spaces(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at]))
        ++at;
    return at;
}

/// Returns the place after the string that begins at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (std::size_t from = at + 1;;) {
        const std::size_t quote = text.find('"', from);
        if (quote == std::string_view::npos) return text.size();
        std::size_t escapes = 0;
        while (text[quote - 1 - escapes] == '\\')
            ++escapes;
        if (escapes % 2 == 0) return quote + 1;
        from = quote + 1;
    }
}

/// Returns the place after the object or array that begins at `at`.
std::size_t container_end(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = string_end(text, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return text.size();
}

std::size_t value_end(std::string_view text, std::size_t at) {
    if (at >= text.size()) return text.size();
    if (text[at] == '"') return string_end(text, at);
    if (text[at] == '{' || text[at] == '[') return container_end(text, at);
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' &&
           !is_space(text[at]))
        ++at;
    return at;
}

}  // namespace

std::size_t value_length(std::string_view text) { return value_end(text, 0); }

void find_members(std::string_view object, std::span<const std::string> names,
                  std::span<std::string_view> values) {
    std::fill(values.begin(), values.end(), std::string_view());
    if (!object.starts_with('{')) return;
    std::size_t at = skip_spaces(object, 1);
    while (at < object.size() && object[at] == '"') {
        const std::size_t key_end = string_end(object, at);
        const std::string_view key = object.substr(at, key_end - at);
        at = skip_spaces(object, key_end);
        at = skip_spaces(object, at + 1);  // the colon
        const std::size_t end = value_end(object, at);
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == key) values[i] = object.substr(std::min(at, end), end - at);
        at = skip_spaces(object, end);
        if (at >= object.size() || object[at] != ',') return;
        at = skip_spaces(object, at + 1);
    }
}

std::string_view next_element(std::string_view& rest) {
    std::size_t at = skip_spaces(rest, 0);
    if (at < rest.size() && rest[at] == ',') at = skip_spaces(rest, at + 1);
    if (at >= rest.size() || rest[at] == ']') return {};
    const std::size_t end = value_end(rest, at);
    const std::string_view element = rest.substr(at, end - at);
    rest.remove_prefix(end);
    return element;
}

}  // namespace fraiseql::json
