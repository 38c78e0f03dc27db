// SPDX-License-Identifier: MIT
// Names: the relation or function that code means by a name.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "schema/model.hpp"

namespace fraiseql::data {

/// Returns the entity of `schema.name`, or of the `name` that the search_path finds. Fails with
/// NotFound and a hint, or Forbidden where the role may not read it.
Result<const schema::Entity*> find_relation(const schema::Model& model, std::string_view name);

/// Returns the table or view of that name, also where the role may not read it: it may write there.
/// Fails with NotFound and a hint.
Result<const catalog::Relation*> find_table(const schema::Model& model, std::string_view name);

/// Returns the functions of that name that the role may call: at least one. Fails alike.
Result<std::vector<const catalog::Function*>> find_functions(const schema::Model& model,
                                                             std::string_view name);

}  // namespace fraiseql::data
