// SPDX-License-Identifier: MIT
// From the JSON document of snapshot_sql to a Catalog.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

namespace fraiseql::catalog {

/// Reads what snapshot_sql returned. The document may come from a file: anything missing or
/// mistyped in it is a Configuration error that names the place.
Result<Catalog> read_snapshot(std::string_view json);

}  // namespace fraiseql::catalog
