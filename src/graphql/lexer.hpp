// SPDX-License-Identifier: MIT
// The lexical grammar (spec §2.1): a source text to tokens, one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace fraiseql::graphql {

struct Token {
    enum class Kind : std::uint8_t {
        End,
        Bang,
        Dollar,
        Amp,
        ParenL,
        ParenR,
        Spread,
        Colon,
        Equals,
        At,
        BracketL,
        BracketR,
        BraceL,
        Pipe,
        BraceR,
        Name,
        Int,
        Float,
        String,
        BlockString,
        /// Not a token: Lexer::problem() says why, `begin` says where.
        Invalid
    };

    Kind kind = Kind::End;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Names a kind for a message: `"{"`, `Name`, `<EOF>`.
std::string_view describe(Token::Kind kind) noexcept;

/// Splits a source, which must be valid UTF-8 and shorter than 4 GiB, into tokens. Escapes in
/// strings are checked here, so that decoding them (string_literal.hpp) cannot fail.
class Lexer {
  public:
    explicit Lexer(std::string_view source) noexcept : source_(source) {}

    /// Returns the next token; after the last one End, after an error Invalid, again and again.
    Token next();

    /// Says what is wrong at an Invalid token.
    const std::string& problem() const noexcept { return problem_; }

  private:
    char at(std::size_t index) const noexcept {
        return index < source_.size() ? source_[index] : '\0';
    }
    void skip_ignored() noexcept;
    Token token(Token::Kind kind, std::size_t size) noexcept;
    Token name() noexcept;
    Token number();
    Token string();
    Token block_string();
    Token dots();
    bool digits(std::size_t& index);
    Token invalid(std::size_t index, std::string problem);
    std::string quote(std::size_t index) const;

    std::string_view source_;
    std::size_t position_ = 0;
    std::string problem_;
};

/// What a byte can be in a token; for the parser's and the schema's checks of names.
bool is_name_start(char c) noexcept;
bool is_name_continue(char c) noexcept;
/// Whether `text` is a Name of the grammar.
bool is_name(std::string_view text) noexcept;

}  // namespace fraiseql::graphql
