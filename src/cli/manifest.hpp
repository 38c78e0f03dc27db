// SPDX-License-Identifier: MIT
// Manifests of persisted operations, as the build tools of clients write them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// Reads Apollo's manifest ({"format": "apollo-persisted-query-manifest", "operations": [{"id",
/// "body", …}]}) or Relay's ({"id": "text", …}).
Result<std::vector<turbo::Registered>> read_manifest(std::string_view json);

}  // namespace fraiseql::cli
