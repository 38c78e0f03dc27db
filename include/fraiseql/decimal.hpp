// SPDX-License-Identifier: MIT
// decimal: a PostgreSQL numeric, exactly as it is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// A number of any size and scale, kept as text: nothing is rounded on its way through the program.
/// It does not calculate; let the database do that, or a library for decimals.
class FRAISEQL_EXPORT decimal {
  public:
    /// Zero.
    decimal() : text_("0") {}
    /// Reads digits with an optional sign, fraction and exponent, or `NaN`, `Infinity` and
    /// `-Infinity`; nothing for all else.
    static std::optional<decimal> parse(std::string_view text);

    /// Returns the text as it was read.
    const std::string& str() const noexcept { return text_; }
    /// Whether it is a number at all: neither NaN nor infinite.
    bool is_finite() const noexcept;

    /// Whether both are the same number, however they are written; NaN equals itself, as in
    /// PostgreSQL.
    bool operator==(const decimal& other) const;

  private:
    explicit decimal(std::string_view text) : text_(text) {}
    std::string text_;
};

/// A decimal that stands in the source, as "12.50"_decimal: throws std::invalid_argument where
/// `text` is none.
FRAISEQL_EXPORT decimal operator""_decimal(const char* text, std::size_t size);

}  // namespace fraiseql
