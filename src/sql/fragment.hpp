// SPDX-License-Identifier: MIT
// Fragment: a piece of SQL text that cannot contain client data, because nothing can put it there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::sql {

/// SQL text written in our own source code: the constructor runs at compile time only.
class Raw {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): literals are meant to convert
    consteval Raw(const char* text) : text_(text) {}
    constexpr std::string_view text() const noexcept { return text_; }

  private:
    std::string_view text_;
};

/// A part of a statement. Built from raw text of our own, quoted identifiers, quoted literals that
/// come from the catalog, and parameter numbers; values of clients only ever become parameters.
class Fragment {
  public:
    Fragment() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): literals are meant to convert
    Fragment(Raw raw) : text_(raw.text()) {}

    Fragment& raw(Raw text) { return append(text.text()); }
    Fragment& add(const Fragment& other) { return append(other.text_); }
    /// Appends `name` as an identifier, always in double quotes (PostgreSQL §4.1.1).
    Fragment& identifier(std::string_view name);
    /// Appends `schema.name`, both quoted.
    Fragment& qualified(std::string_view schema, std::string_view name);
    /// Appends `text` as a string literal; for names that the schema or the document's own response
    /// keys dictate, never for values.
    Fragment& literal(std::string_view text);
    Fragment& number(std::size_t value) { return append(std::to_string(value)); }

    bool empty() const noexcept { return text_.empty(); }
    const std::string& text() const noexcept { return text_; }

    /// Takes a definition that PostgreSQL itself printed (pg_get_viewdef, format_type) as it is.
    static Fragment from_catalog(std::string_view text);

  private:
    Fragment& append(std::string_view text) {
        text_ += text;
        return *this;
    }

    std::string text_;
};

/// Joins `parts` with `separator` between them.
Fragment join(const std::vector<Fragment>& parts, Raw separator);

}  // namespace fraiseql::sql
