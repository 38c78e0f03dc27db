// SPDX-License-Identifier: MIT
// Names and comparisons in the generated SQL.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.hpp"

namespace fraiseql::projection {

/// Returns `name` as SQL writes it: in double quotes only where it needs them.
std::string quoted(std::string_view name);

/// Returns `schema.name`, each quoted where needed.
std::string qualified(std::string_view schema, std::string_view name);

/// Returns what SQL calls the type under any search_path: `int4`, `app.mood`, `uuid[]`.
std::string type_name(const catalog::Catalog& catalog, catalog::Oid type);

/// Returns a string literal.
std::string literal(std::string_view text);

/// Returns `name`, cut to the 63 bytes that PostgreSQL keeps, and still different from others.
std::string fitting(std::string_view name);

/// Returns what `tv_` table goes with a view: v_post → tv_post.
std::string table_name(std::string_view view);

}  // namespace fraiseql::projection
