// SPDX-License-Identifier: MIT
// SQL for calling a function and reading the entity behind its result, in one transaction.
#pragma once

#include "compile/statement.hpp"
#include "json/value.hpp"
#include "plan/plan.hpp"

namespace fraiseql::compile {

/// Adds the call's statements, and the pieces of its payload, to `unit`. Arguments that are absent
/// from `arguments` are left to the function's defaults.
void add_call(Unit& unit, const schema::Model& model, const plan::Call& call, std::uint32_t root,
              const json::Value& arguments);

}  // namespace fraiseql::compile
