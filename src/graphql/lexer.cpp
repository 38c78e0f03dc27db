// SPDX-License-Identifier: MIT
#include "graphql/lexer.hpp"

#include <fmt/format.h>

#include "graphql/string_literal.hpp"

namespace fraiseql::graphql {
namespace {

enum class Class : std::uint8_t { Other, Ignored, NameStart, Digit, Punctuator };

constexpr std::array<Class, 256> kClasses = [] {
    std::array<Class, 256> table{};
    const auto set = [&table](char c, Class is) { table[static_cast<unsigned char>(c)] = is; };
    for (char c : {'\t', ' ', ',', '\n', '\r'})
        set(c, Class::Ignored);
    for (char c = 'a'; c <= 'z'; ++c)
        set(c, Class::NameStart);
    for (char c = 'A'; c <= 'Z'; ++c)
        set(c, Class::NameStart);
    set('_', Class::NameStart);
    for (char c = '0'; c <= '9'; ++c)
        set(c, Class::Digit);
    for (char c : {'!', '$', '&', '(', ')', ':', '=', '@', '[', ']', '{', '|', '}'})
        set(c, Class::Punctuator);
    return table;
}();

Class class_of(char c) noexcept { return kClasses[static_cast<unsigned char>(c)]; }

Token::Kind punctuator(char c) noexcept {
    switch (c) {
        case '!':
            return Token::Kind::Bang;
        case '$':
            return Token::Kind::Dollar;
        case '&':
            return Token::Kind::Amp;
        case '(':
            return Token::Kind::ParenL;
        case ')':
            return Token::Kind::ParenR;
        case ':':
            return Token::Kind::Colon;
        case '=':
            return Token::Kind::Equals;
        case '@':
            return Token::Kind::At;
        case '[':
            return Token::Kind::BracketL;
        case ']':
            return Token::Kind::BracketR;
        case '{':
            return Token::Kind::BraceL;
        case '|':
            return Token::Kind::Pipe;
        default:
            return Token::Kind::BraceR;
    }
}

/// Decodes the code point at `index` of valid UTF-8.
char32_t code_point(std::string_view source, std::size_t index) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(source[index + i]); };
    const unsigned first = byte(0);
    if (first < 0x80U) return first;
    if (first < 0xE0U) return (first & 0x1FU) << 6U | (byte(1) & 0x3FU);
    if (first < 0xF0U) return (first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    return (first & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U |
           (byte(3) & 0x3FU);
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool is_name_start(char c) noexcept { return class_of(c) == Class::NameStart; }

bool is_name_continue(char c) noexcept {
    return class_of(c) == Class::NameStart || class_of(c) == Class::Digit;
}

bool is_name(std::string_view text) noexcept {
    if (text.empty() || !is_name_start(text.front())) return false;
    for (char c : text)
        if (!is_name_continue(c)) return false;
    return true;
}

std::string_view describe(Token::Kind kind) noexcept {
    constexpr std::array<std::string_view, 21> kNames = {
        "<EOF>", "\"!\"", "\"$\"", "\"&\"", "\"(\"",  "\")\"",       "\"...\"",
        "\":\"", "\"=\"", "\"@\"", "\"[\"", "\"]\"",  "\"{\"",       "\"|\"",
        "\"}\"", "Name",  "Int",   "Float", "String", "BlockString", "Invalid"};
    return kNames[static_cast<std::size_t>(kind)];
}

void Lexer::skip_ignored() noexcept {
    while (position_ < source_.size()) {
        const char c = source_[position_];
        if (class_of(c) == Class::Ignored) {
            ++position_;
        } else if (c == '#') {
            while (position_ < source_.size() && source_[position_] != '\n' &&
                   source_[position_] != '\r')
                ++position_;
        } else if (source_.substr(position_).starts_with(kByteOrderMark)) {
            position_ += kByteOrderMark.size();
        } else {
            return;
        }
    }
}

Token Lexer::next() {
    if (!problem_.empty()) return invalid(position_, std::move(problem_));
    skip_ignored();
    if (position_ >= source_.size()) return token(Token::Kind::End, 0);
    const char c = source_[position_];
    switch (class_of(c)) {
        case Class::NameStart:
            return name();
        case Class::Punctuator:
            return token(punctuator(c), 1);
        case Class::Digit:
            return number();
        case Class::Ignored:
        case Class::Other:
            break;
    }
    if (c == '"')
        return source_.substr(position_).starts_with(R"(""")") ? block_string() : string();
    if (c == '-') return number();
    if (c == '.') return dots();
    if (c == '\'')
        return invalid(position_,
                       "Unexpected single quote character ('), did you mean to use a double "
                       "quote (\")?");
    return invalid(position_, fmt::format("Unexpected character: {}.", quote(position_)));
}

Token Lexer::token(Token::Kind kind, std::size_t size) noexcept {
    const auto begin = static_cast<std::uint32_t>(position_);
    position_ += size;
    return {kind, begin, static_cast<std::uint32_t>(position_)};
}

Token Lexer::name() noexcept {
    std::size_t end = position_ + 1;
    while (end < source_.size() && is_name_continue(source_[end]))
        ++end;
    return token(Token::Kind::Name, end - position_);
}

Token Lexer::dots() {
    if (source_.substr(position_).starts_with("...")) return token(Token::Kind::Spread, 3);
    if (at(position_ + 1) == '.')
        return invalid(position_, "Unexpected \"..\", did you mean \"...\"?");
    std::size_t end = position_ + 1;
    while (class_of(at(end)) == Class::Digit)
        ++end;
    if (end == position_ + 1) return invalid(position_, "Unexpected character: \".\".");
    return invalid(position_,
                   fmt::format("Invalid number, expected digit before \".\", did you mean \"0{}\"?",
                               source_.substr(position_, end - position_)));
}

bool Lexer::digits(std::size_t& index) {
    if (class_of(at(index)) != Class::Digit) {
        invalid(index, fmt::format("Invalid number, expected digit but got: {}.", quote(index)));
        return false;
    }
    while (class_of(at(index)) == Class::Digit)
        ++index;
    return true;
}

Token Lexer::number() {
    std::size_t end = position_;
    auto kind = Token::Kind::Int;
    if (at(end) == '-') ++end;
    if (at(end) == '0') {
        if (class_of(at(++end)) == Class::Digit)
            return invalid(
                end, fmt::format("Invalid number, unexpected digit after 0: {}.", quote(end)));
    } else if (!digits(end)) {
        return next();
    }
    if (at(end) == '.') {
        kind = Token::Kind::Float;
        if (!digits(++end)) return next();
    }
    if (at(end) == 'e' || at(end) == 'E') {
        kind = Token::Kind::Float;
        ++end;
        if (at(end) == '+' || at(end) == '-') ++end;
        if (!digits(end)) return next();
    }
    if (at(end) == '.' || is_name_start(at(end)))
        return invalid(end, fmt::format("Invalid number, expected digit but got: {}.", quote(end)));
    return token(kind, end - position_);
}

Token Lexer::string() {
    std::size_t index = position_ + 1;
    while (index < source_.size() && source_[index] != '\n' && source_[index] != '\r') {
        if (source_[index] == '"') return token(Token::Kind::String, index + 1 - position_);
        if (source_[index] != '\\') {
            ++index;
            continue;
        }
        Escape escape = read_escape(source_.substr(index));
        if (!escape.valid) {
            // A message must not end within a character.
            while ((static_cast<unsigned char>(at(index + escape.size)) & 0xC0U) == 0x80U)
                ++escape.size;
            std::string_view shown = source_.substr(index, escape.size);
            return invalid(index, fmt::format("Invalid {} escape sequence: \"{}\".",
                                              escape.unicode ? "Unicode" : "character", shown));
        }
        index += escape.size;
    }
    return invalid(index, "Unterminated string.");
}

Token Lexer::block_string() {
    std::size_t index = position_ + 3;
    while (index < source_.size()) {
        std::string_view rest = source_.substr(index);
        if (rest.starts_with(R"(""")"))
            return token(Token::Kind::BlockString, index + 3 - position_);
        index += rest.starts_with(R"(\""")") ? 4 : 1;
    }
    return invalid(source_.size(), "Unterminated string.");
}

Token Lexer::invalid(std::size_t index, std::string problem) {
    problem_ = std::move(problem);
    position_ = index;
    const auto begin = static_cast<std::uint32_t>(index);
    return {Token::Kind::Invalid, begin, begin};
}

std::string Lexer::quote(std::size_t index) const {
    if (index >= source_.size()) return "<EOF>";
    const char32_t code = code_point(source_, index);
    if (code == U'"') return "'\"'";
    if (code >= 0x20 && code < 0x7F) return fmt::format("\"{}\"", static_cast<char>(code));
    return fmt::format("U+{:04X}", static_cast<std::uint32_t>(code));
}

}  // namespace fraiseql::graphql
