// SPDX-License-Identifier: MIT
// String literals (spec §2.9.4): their escapes, and the common indent of block strings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/arena.hpp"

namespace fraiseql::graphql {

/// An escape sequence at the beginning of a text.
struct Escape {
    bool valid = false;
    bool unicode = false;
    /// Bytes of the sequence; where it is not valid, those that a message should show.
    std::size_t size = 0;
    char32_t code_point = 0;
};

/// Reads the escape sequence that begins with the backslash at text[0].
Escape read_escape(std::string_view text) noexcept;

/// Returns the value of a String token without its quotes; a view of `raw` where it has no escape.
std::string_view decode_string(std::string_view raw, Arena& arena);

/// Returns the value of a BlockString token without its quotes (BlockStringValue).
std::string_view decode_block_string(std::string_view raw, Arena& arena);

/// Appends `text` as a block string between triple quotes that decodes to it again; each new line
/// begins with `indent`. Falls back to a quoted string where no block string can say it.
void print_block_string(std::string& out, std::string_view text, std::string_view indent);

/// Whether `text` is valid UTF-8 (RFC 3629). Stores the first wrong byte's index otherwise.
bool is_utf8(std::string_view text, std::size_t& wrong) noexcept;

}  // namespace fraiseql::graphql
