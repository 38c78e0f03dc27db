// SPDX-License-Identifier: MIT
// Dependencies: all that the rows of a relation may depend on, as its definition shows it.
#pragma once

#include <set>
#include <string>

#include "catalog/catalog.hpp"

namespace fraiseql::schema {

/// What stands behind a relation, through views and policies.
struct Dependencies {
    /// Tables, materialized views and foreign tables.
    std::set<catalog::Oid> tables = {};
    /// The views on the way, itself included.
    std::set<catalog::Oid> views = {};
    /// Row-level security, or a setting of the session, may change what a reader sees.
    bool on_reader = false;
    /// Functions and values that change by themselves: `now()`, `random()`, `CURRENT_DATE`.
    std::set<std::string> on_time = {};
    /// Functions of which nothing is known, and relations that are not in the catalog.
    std::set<std::string> unknown = {};
};

/// Walks the rule of `relation`, those of the views behind it, and the policies of the tables
/// behind them. What it cannot judge is in `unknown`, and counts as depending on the reader.
Dependencies dependencies_of(const catalog::Catalog& catalog, const catalog::Relation& relation);

/// Returns the relations that the definition of `relation` and its policies name: those of the
/// catalog, without itself.
std::set<catalog::Oid> reads_of(const catalog::Catalog& catalog, const catalog::Relation& relation);

}  // namespace fraiseql::schema
