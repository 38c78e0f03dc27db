// SPDX-License-Identifier: MIT
// The shapes of constants of type json and jsonb.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lineage/shape.hpp"

namespace fraiseql::lineage {

/// Returns the shape of a JSON text; Opaque where it is none.
ShapePointer json_text_shape(std::string_view text);

/// Returns the shape of a jsonb value, given its content without the varlena header
/// (utils/jsonb.h); Opaque where the bytes are none.
ShapePointer jsonb_shape(std::span<const std::uint8_t> content);

}  // namespace fraiseql::lineage
