// SPDX-License-Identifier: MIT
// Page: how many rows a list or connection returns.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "compile/parameters.hpp"
#include "json/value.hpp"

namespace fraiseql::compile {

/// Page sizes that are written into the SQL: with LIMIT $1 PostgreSQL would plan every execution
/// anew, and with every number written out the cache of plans would not hold them.
inline constexpr std::array<std::int64_t, 16> kCommonSizes = {1,  2,  3,  4,  5,  6,   8,   10,
                                                              12, 15, 20, 25, 50, 100, 500, 1000};

inline bool is_common(std::int64_t size) {
    return std::find(kCommonSizes.begin(), kCommonSizes.end(), size) != kCommonSizes.end();
}

/// Returns an Int argument, or nothing where it is absent or null.
inline std::optional<std::int64_t> integer(const json::Value& arguments, std::string_view name) {
    const json::Value* value = arguments.find(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
    return number;
}

}  // namespace fraiseql::compile
