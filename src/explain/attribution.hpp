// SPDX-License-Identifier: MIT
// Attribution: which field of the operation each node of a plan works for.
#pragma once

#include <span>

#include "explain/field.hpp"
#include "explain/plan_node.hpp"

namespace fraiseql::explain {

/// Sets `path` and `attribution` of every node. `roots[i]` is the field that the i-th column of the
/// statement becomes.
///
/// EXPLAIN (VERBOSE) prints what each node returns, in terms of the nodes below: at the top, the
/// json_build_object() of the answer, with its response keys; in it columns by their relation's
/// unique alias, sub-plans by number, and the values that lower nodes have computed. Following it
/// from the top down tells what each of them is for, whatever the planner made of the statement.
void attribute(PlanNode& plan, std::span<const Field* const> roots);

}  // namespace fraiseql::explain
