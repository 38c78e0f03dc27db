// SPDX-License-Identifier: MIT
// Integers in network byte order, as the wire protocol has them.
#pragma once

#include <cstdint>
#include <string_view>

namespace fraiseql::pg {

/// Returns the first two bytes as a number; `bytes` must have them.
inline std::uint16_t read_uint16(std::string_view bytes) noexcept {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[0]) << 8 |
                                      static_cast<std::uint8_t>(bytes[1]));
}

/// Returns the first four bytes as a number; `bytes` must have them.
inline std::uint32_t read_uint32(std::string_view bytes) noexcept {
    return static_cast<std::uint32_t>(read_uint16(bytes)) << 16 | read_uint16(bytes.substr(2));
}

}  // namespace fraiseql::pg
