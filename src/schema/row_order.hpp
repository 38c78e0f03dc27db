// SPDX-License-Identifier: MIT
// The columns that tell the rows of an entity apart, where the catalog knows them.
#pragma once

#include <vector>

#include "schema/model.hpp"

namespace fraiseql::schema {

/// Returns the entity's key, and behind it what else it takes to tell rows apart: the other columns
/// of a primary key (tenant_id, id), say, where nothing makes `id` unique alone. Of a table without
/// a column that is the key, those of its primary key. Columns that the role may not read are left
/// out.
std::vector<const catalog::Column*> distinguishing_columns(const Entity& entity);

}  // namespace fraiseql::schema
