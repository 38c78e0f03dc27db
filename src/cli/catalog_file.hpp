// SPDX-License-Identifier: MIT
// The catalog on disk: what a server was started from last, for a start without the database.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "catalog/snapshot_sql.hpp"

namespace fraiseql::cli {

/// Returns what write_catalog_file left at `path`; nothing where there is no file. Configuration
/// where it cannot be read, or where another user could have written it: its names become SQL.
Result<std::optional<catalog::Document>> read_catalog_file(const std::string& path);

/// Replaces the file as a whole, readable by its owner only.
Result<void> write_catalog_file(const std::string& path, const catalog::Document& catalog);

}  // namespace fraiseql::cli
