// SPDX-License-Identifier: MIT
// The schema as administrators see it: which types stand on which views, and what these read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/model.hpp"

namespace fraiseql::server {

/// Returns {nodes: [{id, kind, name, …}], edges: [[from, to], …]}: what is exposed, and all that
/// stands behind it. A relation's id is `r` and its oid, a function's `f` and its oid; an edge
/// leads from a relation to what it reads, and from a function to the relation whose rows it
/// returns.
std::string schema_graph_json(const schema::Model& model);

/// Returns everything about one node: the fields of its type with their sources, columns, indexes,
/// comment and definition. Nothing where there is no such node.
std::optional<std::string> schema_node_json(const schema::Model& model, std::string_view id);

}  // namespace fraiseql::server
