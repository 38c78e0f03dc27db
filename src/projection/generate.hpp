// SPDX-License-Identifier: MIT
// From a view's feeds to the SQL of a table that triggers keep in step with it.
#pragma once

#include <string>

#include "projection/feeds.hpp"

namespace fraiseql::projection {

/// Returns a script that creates, or brings up to date, the table `tv_…` with the view's columns,
/// the functions that fill it, and the triggers on the tables that the view reads; then fills it.
/// It changes nothing but that, and may be run again.
std::string write_projection(const catalog::Catalog& catalog, const Feeds& feeds);

/// The same without triggers: something else has to call the function `sync_tv_…_all`.
std::string write_unfed_projection(const catalog::Catalog& catalog, const catalog::Relation& view,
                                   const catalog::Column& key);

/// Returns a query of the rows in which table and view differ, at most `limit` of each kind:
/// columns difference (missing, extra, different), key, and how many there are of that kind.
std::string write_comparison(const catalog::Catalog& catalog, const catalog::Relation& view,
                             const catalog::Column& key, int limit);

}  // namespace fraiseql::projection
