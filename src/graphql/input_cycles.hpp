// SPDX-License-Identifier: MIT
// Input objects of which no finite value exists (spec §3.10): non-null, oneOf and default cycles.
#pragma once

#include <string>
#include <vector>

#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// Appends every cycle of input objects that no value can break to `problems`.
void check_input_cycles(const std::vector<const NamedType*>& types,
                        std::vector<std::string>& problems);

}  // namespace fraiseql::graphql
