// SPDX-License-Identifier: MIT
// Conformance: whether a JSON value that PostgreSQL made fits the shape that was inferred for it.
#pragma once

#include <string>

#include "catalog/catalog.hpp"
#include "json/value.hpp"
#include "lineage/lineage.hpp"

namespace fraiseql::lineage {

/// Returns what in `value` contradicts `shape`, with its path; empty where nothing does.
std::string contradiction(const json::Value& value, const Shape& shape, const Lineage& lineage,
                          const catalog::Catalog& catalog, const std::string& path);

}  // namespace fraiseql::lineage
