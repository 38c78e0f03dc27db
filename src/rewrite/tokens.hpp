// SPDX-License-Identifier: MIT
// Tokens: the text of a view as PostgreSQL prints it, cut so that parts can be taken out verbatim.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::rewrite {

struct Token {
    enum class Kind : std::uint8_t {
        Word,    ///< a keyword or an identifier without quotes
        Quoted,  ///< an identifier in quotes
        String,
        Other  ///< a number, or one character of an operator or of punctuation
    };
    Kind kind = Kind::Other;
    /// As it stands in the text, with its quotes.
    std::string_view text = {};
    /// Word, Quoted: the name. Refers to Tokens, which owns what had to be unquoted.
    std::string name = {};

    bool is(std::string_view wanted) const noexcept {
        return kind != Kind::Quoted && kind != Kind::String && text == wanted;
    }
    bool is_name() const noexcept { return kind == Kind::Word || kind == Kind::Quoted; }
};

/// Tokens [begin, end) of one text.
struct Slice {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    bool empty() const noexcept { return begin >= end; }
    std::uint32_t size() const noexcept { return empty() ? 0 : end - begin; }
    bool operator==(const Slice&) const = default;
};

/// The tokens of one statement that pg_get_viewdef printed: keywords are upper case words, every
/// operator stands in parentheses, every identifier that could be taken for a keyword in quotes.
class Tokens {
  public:
    /// Returns the tokens of `text`, which must outlive them; nothing where a quote or a
    /// parenthesis is not closed.
    static std::optional<Tokens> of(std::string_view text);

    const Token& operator[](std::uint32_t i) const noexcept { return tokens_[i]; }
    Slice all() const noexcept { return {0, static_cast<std::uint32_t>(tokens_.size())}; }

    /// Returns the text of a slice, with one space for each run of white space.
    std::string text(Slice slice) const;

    /// Returns the position of the bracket that closes the one at `open`.
    std::uint32_t closing(std::uint32_t open) const noexcept { return partner_[open]; }
    /// Returns the first position outside of any brackets of `slice` where `word` stands, or its
    /// end.
    std::uint32_t find(Slice slice, std::string_view word) const noexcept;
    /// Cuts at the commas outside of any brackets; nothing at all for an empty slice.
    std::vector<Slice> split_commas(Slice slice) const;
    /// Takes off parentheses around the whole slice.
    Slice without_parentheses(Slice slice) const noexcept;
    /// Returns what stands between the parentheses of `name(…)`, where the slice begins with just
    /// that; `after` is then the position behind the closing one.
    std::optional<Slice> arguments(Slice slice, std::string_view name,
                                   std::uint32_t& after) const noexcept;

  private:
    std::string_view text_ = {};
    std::vector<Token> tokens_ = {};
    /// Of each opening bracket, the closing one; elsewhere the position itself.
    std::vector<std::uint32_t> partner_ = {};
};

}  // namespace fraiseql::rewrite
