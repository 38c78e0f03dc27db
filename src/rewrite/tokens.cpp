// SPDX-License-Identifier: MIT
#include "rewrite/tokens.hpp"

namespace fraiseql::rewrite {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

/// Bytes above ASCII are letters (PostgreSQL §4.1.1).
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Returns the position behind the quoted text that opens at `at`, or npos.
std::size_t after_quote(std::string_view text, std::size_t at, bool backslash) {
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (backslash && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            if (i + 1 == text.size() || text[i + 1] != quote) return i + 1;
            ++i;
        }
    }
    return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        out += text[i];
        if (text[i] == '"') ++i;
    }
    return out;
}

std::size_t after_word(std::string_view text, std::size_t at) {
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]) || text[at] == '$'))
        ++at;
    return at;
}

std::size_t after_number(std::string_view text, std::size_t at) {
    while (at < text.size() && (is_digit(text[at]) || text[at] == '.' || text[at] == 'e'))
        ++at;
    return at;
}

}  // namespace

std::optional<Tokens> Tokens::of(std::string_view text) {
    Tokens out;
    out.text_ = text;
    std::vector<std::uint32_t> open;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (is_space(c)) {
            ++at;
            continue;
        }
        Token token;
        std::size_t end = at + 1;
        const bool escaped = c == 'E' && at + 1 < text.size() && text[at + 1] == '\'';
        if (c == '\'' || escaped) {
            token.kind = Token::Kind::String;
            end = after_quote(text, escaped ? at + 1 : at, escaped);
        } else if (c == '"') {
            token.kind = Token::Kind::Quoted;
            end = after_quote(text, at, false);
        } else if (is_letter(c)) {
            token.kind = Token::Kind::Word;
            end = after_word(text, at);
        } else if (is_digit(c)) {
            end = after_number(text, at);
        }
        if (end == std::string_view::npos) return std::nullopt;
        token.text = text.substr(at, end - at);
        if (token.kind == Token::Kind::Quoted) token.name = unquoted(token.text);
        if (token.kind == Token::Kind::Word) token.name = token.text;
        const auto index = static_cast<std::uint32_t>(out.tokens_.size());
        out.partner_.push_back(index);
        if (c == '(' || c == '[') open.push_back(index);
        if (c == ')' || c == ']') {
            if (open.empty()) return std::nullopt;
            out.partner_[open.back()] = index;
            open.pop_back();
        }
        out.tokens_.push_back(std::move(token));
        at = end;
    }
    if (!open.empty()) return std::nullopt;
    return out;
}

std::string Tokens::text(Slice slice) const {
    std::string out;
    for (std::uint32_t i = slice.begin; i < slice.end; ++i) {
        const std::string_view token = tokens_[i].text;
        const char* before = i == slice.begin
                                 ? token.data()
                                 : tokens_[i - 1].text.data() + tokens_[i - 1].text.size();
        const bool after_bracket = i > slice.begin && tokens_[i - 1].is("(");
        if (before != token.data() && !after_bracket) out += ' ';
        out += token;
    }
    return out;
}

std::uint32_t Tokens::find(Slice slice, std::string_view word) const noexcept {
    for (std::uint32_t i = slice.begin; i < slice.end; i = closing(i) + 1)
        if (tokens_[i].is(word)) return i;
    return slice.end;
}

std::vector<Slice> Tokens::split_commas(Slice slice) const {
    std::vector<Slice> out;
    while (!slice.empty()) {
        const std::uint32_t comma = find(slice, ",");
        out.push_back({slice.begin, comma});
        slice.begin = comma + 1;
    }
    return out;
}

Slice Tokens::without_parentheses(Slice slice) const noexcept {
    while (slice.size() >= 2 && tokens_[slice.begin].is("(") &&
           closing(slice.begin) == slice.end - 1)
        slice = {slice.begin + 1, slice.end - 1};
    return slice;
}

std::optional<Slice> Tokens::arguments(Slice slice, std::string_view name,
                                       std::uint32_t& after) const noexcept {
    if (slice.size() < 3 || !tokens_[slice.begin].is_name() || tokens_[slice.begin].name != name ||
        !tokens_[slice.begin + 1].is("("))
        return std::nullopt;
    const std::uint32_t close = closing(slice.begin + 1);
    if (close >= slice.end) return std::nullopt;
    after = close + 1;
    return Slice{slice.begin + 2, close};
}

}  // namespace fraiseql::rewrite
