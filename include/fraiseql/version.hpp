// SPDX-License-Identifier: MIT
// The version of the library, which is that of the binary.
#pragma once

#include <string_view>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// Returns the version as in "0.1.0" (Semantic Versioning 2.0.0).
FRAISEQL_EXPORT std::string_view version() noexcept;

}  // namespace fraiseql
