// SPDX-License-Identifier: MIT
// Which materialized views the server refreshes, and how often: `@refresh every 15m`.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "schema/model.hpp"

namespace fraiseql::schema {

/// One materialized view whose comment has a `@refresh` line.
struct Refresh {
    const catalog::Relation* view = nullptr;
    std::chrono::seconds every{0};
    /// REFRESH … CONCURRENTLY is possible: a unique index covers all rows, by columns alone.
    bool concurrently = false;
};

/// Returns the refreshes that the comments of `catalog` ask for. Fails where a line is not
/// understood, or stands at something that is no materialized view (Configuration).
Result<std::vector<Refresh>> read_refreshes(const catalog::Catalog& catalog);

/// Why a refresh will fail, or make readers wait; nothing where all is well.
std::optional<Finding> find_obstacle(const catalog::Catalog& catalog, const Refresh& refresh);

}  // namespace fraiseql::schema
