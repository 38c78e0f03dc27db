// SPDX-License-Identifier: MIT
// The SQL type of an expression of a node tree, and what JSON makes of values of a type.
#pragma once

#include "catalog/catalog.hpp"
#include "lineage/node.hpp"

namespace fraiseql::rewrite {

/// Returns the type of an expression, or 0 where its node does not tell.
catalog::Oid type_of(const lineage::Node& expression);

/// Returns whether texts that the expression yields compare under the database's own collation.
bool has_default_collation(const lineage::Node& expression);

/// Returns whether json and jsonb functions write values of the type alike; if not, to_jsonb must
/// be asked: numbers with an exponent, the order of keys, duplicate keys.
bool is_same_in_json(const catalog::Catalog& catalog, catalog::Oid type);

}  // namespace fraiseql::rewrite
