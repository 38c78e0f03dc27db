// SPDX-License-Identifier: MIT
// Changes: what is different between two schemas, and what that means for clients.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// Breaking: requests that were valid are no more, or answers no longer fit what a client was
/// promised. Dangerous: requests stay valid, but may mean or return what a client does not expect.
/// Safe: no client can notice but by introspection.
enum class Impact : std::uint8_t { Breaking, Dangerous, Safe };

/// Returns `breaking`, `dangerous` or `safe`.
std::string_view to_string(Impact impact) noexcept;

struct Change {
    Impact impact = Impact::Safe;
    /// What graphql-js calls it: `FIELD_REMOVED`.
    std::string_view code;
    /// `Post.title`, `Query.posts(limit:)`, `@tag`.
    std::string place;
    std::string message;
};

/// Returns what is different, breaking changes first, else in the order of the schemas. The
/// categories are those of graphql-js's findBreakingChanges and findDangerousChanges, and, beyond
/// them, defaults of input fields, @oneOf and root operations. Descriptions are not compared.
std::vector<Change> find_changes(const Schema& before, const Schema& after);

}  // namespace fraiseql::graphql
