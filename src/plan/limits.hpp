// SPDX-License-Identifier: MIT
// Limits: how large an operation may be, before anything of it is executed.
#pragma once

#include <cstdint>

namespace fraiseql::plan {

struct Limits {
    /// Fields inside fields, the root field being the first; graphql::validate bounds
    /// introspection.
    std::uint32_t depth = 15;
    /// What Cost::score may come to.
    std::uint32_t complexity = 100'000;
    /// Fields of the operation itself.
    std::uint32_t root_fields = 50;
    /// Fields under another name than their own, in the whole operation.
    std::uint32_t aliases = 100;
    /// Items that a list counts for where nothing says how many it has.
    std::uint32_t list_size = 10;
};

}  // namespace fraiseql::plan
