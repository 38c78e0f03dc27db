// SPDX-License-Identifier: MIT
// Plan cost: what PostgreSQL's planner expects of the statements of an operation.
#pragma once

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "engine/prepared.hpp"
#include "pg/rows.hpp"

namespace fraiseql::engine {

/// Returns the units of a query whose statements have not been priced yet. Mutations are not
/// priced: to the planner a function is one call, whatever it does.
std::vector<const CompiledUnit*> unpriced_units(const PreparedRequest& request);

/// Returns what explains the statements of `unit` with the values of `request`, and as who asks.
pg::Batch pricing_batch(const CompiledUnit& unit, const PreparedRequest& request);

/// Keeps the price that is in the answer to pricing_batch(). Where it has none, the unit stays
/// unpriced, and PostgreSQL says why when it is executed.
void keep_price(const CompiledUnit& unit, const std::vector<pg::Rows>& rows);

/// Returns why the operation is too dear, if it is: its units' prices together are above `most`.
std::optional<Error> too_dear(const PreparedRequest& request, double most);

}  // namespace fraiseql::engine
