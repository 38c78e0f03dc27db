// SPDX-License-Identifier: MIT
// From a byte offset of a source text to the line and column that a person looks for.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace fraiseql::graphql {

/// Returns line and column of the byte at `offset`. Lines end at \n, \r or \r\n; a column counts
/// UTF-16 code units, as editors and graphql-js do. Linear in `offset`.
Location locate(std::string_view source, std::uint32_t offset) noexcept;

}  // namespace fraiseql::graphql
