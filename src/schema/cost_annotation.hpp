// SPDX-License-Identifier: MIT
// `@cost` in comments: what reading a relation, a field of it, or calling a function counts for.
#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/annotation.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

/// Fills in the costs that `@cost 5` and `@cost commentCount:5` lines name for `entity`.
Result<void> read_costs(const catalog::Annotations& annotations, Entity& entity);
/// Returns what a `@cost 50` line says of a function; 1 where there is none.
Result<std::uint32_t> read_cost(const catalog::Annotations& annotations,
                                const std::string& subject);

/// Gives the fields of all types what their entities say of them. Errors go to the draft.
void apply_costs(Draft& draft);

}  // namespace fraiseql::schema
