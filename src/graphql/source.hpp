// SPDX-License-Identifier: MIT
// From a byte offset of a source text to the line and column that a person looks for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace fraiseql::graphql {

/// Returns line and column of the byte at `offset`. Lines end at \n, \r or \r\n; a column counts
/// UTF-16 code units, as editors and graphql-js do. Linear in `offset`.
Location locate(std::string_view source, std::uint32_t offset) noexcept;

/// The same for many offsets of one source: after a pass over the source that the first use makes,
/// each costs the same wherever it is. `source` must outlive it.
class SourceIndex {
  public:
    explicit SourceIndex(std::string_view source) noexcept : source_(source) {}
    Location locate(std::uint32_t offset);

  private:
    static constexpr std::size_t kBlock = 1024;
    void build();
    std::uint32_t units_before(std::size_t offset) const noexcept;

    std::string_view source_;
    std::vector<std::uint32_t> line_starts_;
    /// UTF-16 code units before each block of the source.
    std::vector<std::uint32_t> block_units_;
};

}  // namespace fraiseql::graphql
