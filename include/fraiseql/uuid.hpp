// SPDX-License-Identifier: MIT
// uuid: a PostgreSQL uuid as a value (RFC 9562).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// 128 bits in network byte order; all zero by default.
struct FRAISEQL_EXPORT uuid {
    std::array<std::uint8_t, 16> bytes = {};

    /// Reads 8-4-4-4-12 hexadecimal digits; nothing for all else.
    static std::optional<uuid> parse(std::string_view text) noexcept;
    /// Returns it in lower case, as PostgreSQL writes it.
    std::string str() const;

    bool operator==(const uuid&) const = default;
    auto operator<=>(const uuid&) const = default;
};

/// A uuid that stands in the source: throws std::invalid_argument where `text` is none.
FRAISEQL_EXPORT uuid operator""_uuid(const char* text, std::size_t size);

}  // namespace fraiseql

template <>
struct std::hash<fraiseql::uuid> {
    std::size_t operator()(const fraiseql::uuid& value) const noexcept {
        return std::hash<std::string_view>()(
            {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
    }
};
