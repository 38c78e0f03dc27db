// SPDX-License-Identifier: MIT
// The values of constants in a node tree, decoded from the bytes in which PostgreSQL keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lineage/node.hpp"

namespace fraiseql::lineage {

/// Returns the text that a constant of a string or integer type shows, also through a cast between
/// string types; nothing for null, other types and expressions.
std::optional<std::string> constant_text(const Node& expression);

/// Returns the number of a constant smallint, integer or bigint, or nothing.
std::optional<std::int64_t> constant_integer(const Node& expression);

/// Returns the elements of a one-dimensional text array: a constant without nulls, or ARRAY[…] of
/// constants. Nothing otherwise.
std::optional<std::vector<std::string>> constant_texts(const Node& expression);

/// Returns whether the expression is a null constant of any type.
bool is_null_constant(const Node& expression);

/// Returns the content of a varlena value without its header, or nothing where the header does not
/// fit the bytes or the value is compressed.
std::optional<std::span<const std::uint8_t>> varlena_content(std::span<const std::uint8_t> bytes);

/// Returns the little-endian number at `offset`, or 0 past the end.
std::uint32_t uint32_at(std::span<const std::uint8_t> bytes, std::size_t offset);

}  // namespace fraiseql::lineage
