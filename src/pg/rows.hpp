// SPDX-License-Identifier: MIT
// Rows: the result of one call, in text format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sql/database_error.hpp"

namespace fraiseql::pg {

/// Owns the bytes of all rows of one result. Move-only; moving it keeps views from get() valid.
class Rows {
  public:
    Rows() = default;
    Rows(Rows&&) noexcept = default;
    Rows& operator=(Rows&&) noexcept = default;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() = default;

    std::size_t row_count() const noexcept { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    std::size_t column_count() const noexcept { return columns_; }
    bool is_null(std::size_t row, std::size_t column) const noexcept {
        return cells_[row * columns_ + column].length < 0;
    }
    /// Returns the value's text; empty for NULL. Valid while this object, or what it was moved to,
    /// lives.
    std::string_view get(std::size_t row, std::size_t column) const noexcept;
    /// Returns the bytes of all values and what stands between them.
    std::size_t size() const noexcept { return bytes_.size(); }
    /// Returns what CommandComplete said: "SELECT 3", "INSERT 0 1"; empty where there was none.
    std::string_view command_tag() const noexcept { return tag_; }

    /// Adds the row in `data_row`, the body of a DataRow message; false where it is malformed or
    /// differs in its number of columns from the rows before.
    bool append(std::string_view data_row);
    void set_command_tag(std::string_view tag) { tag_ = tag; }

  private:
    struct Cell {
        std::size_t offset;
        std::int32_t length;
    };

    std::vector<char> bytes_;
    std::vector<Cell> cells_;
    std::size_t columns_ = 0;
    std::string tag_;
};

/// One Rows per call, in order; or what PostgreSQL said of the call that failed.
using BatchResult = tl::expected<std::vector<Rows>, sql::DatabaseError>;

}  // namespace fraiseql::pg
