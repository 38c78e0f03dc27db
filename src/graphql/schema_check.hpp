// SPDX-License-Identifier: MIT
// Whether a type system is valid (spec §3, "Type Validation" of each kind).
#pragma once

#include <string>
#include <vector>

#include "graphql/schema.hpp"
#include "graphql/schema_storage.hpp"

namespace fraiseql::graphql {

/// Appends everything that is wrong with the schema to `problems`, one sentence each.
void check_schema(const Schema::Storage& schema, std::vector<std::string>& problems);

/// Whether values of `type` may stand where `wanted` is expected (§3.6.1 IsSubType).
bool is_subtype(const Type& type, const Type& wanted) noexcept;

}  // namespace fraiseql::graphql
