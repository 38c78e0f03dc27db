// SPDX-License-Identifier: MIT
// The shape of a plan: what must be the same for two plans to be the same, without numbers.
#pragma once

#include <string>

#include "explain/plan_node.hpp"

namespace fraiseql::check {

/// Returns a line for each node, indented by its depth: what it does, with which index, on what.
std::string plan_shape(const explain::PlanNode& node);

}  // namespace fraiseql::check
