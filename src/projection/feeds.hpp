// SPDX-License-Identifier: MIT
// Feeds: which tables a view's rows are made of, and how a row of each leads to the view's keys.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

namespace fraiseql::projection {

/// A place in the view, or in a view that it reads, where a table is read.
struct Source {
    const catalog::Relation* table = nullptr;
    /// What the view calls it there; different for each source.
    std::string alias;
    /// Whose rows the changed ones are joined to next: the index of a source, or kKey.
    int next = 0;
    /// Columns of this source and of the next one that are equal. For kKey: the key's column, and
    /// nothing.
    std::vector<std::pair<const catalog::Column*, const catalog::Column*>> on = {};
};

/// The end of every way through the sources: the view's key.
inline constexpr int kKey = -1;

/// Every table that the view reads, at every place, with the way to the view's rows that may change
/// when a row of that table does.
struct Feeds {
    const catalog::Relation* view = nullptr;
    const catalog::Column* key = nullptr;
    std::vector<Source> sources;
};

/// Follows the equalities of joins and sub-selects from each table to the column `key`. Fails
/// (BadRequest) with all reasons where that cannot be done for every table, or where the rows
/// depend on anything but tables: the time, settings, functions that are not IMMUTABLE.
Result<Feeds> find_feeds(const catalog::Catalog& catalog, const catalog::Relation& view,
                         const catalog::Column& key);

}  // namespace fraiseql::projection
