// SPDX-License-Identifier: MIT
// Overloads that PostgreSQL cannot tell apart.
#pragma once

#include "catalog/catalog.hpp"

namespace fraiseql::schema {

/// Returns an overload that a call of `function` with some of its optional parameters might mean as
/// well (SQLSTATE 42725), or nullptr. Calls give every parameter its exact type.
const catalog::Function* find_ambiguous_overload(const catalog::Catalog& catalog,
                                                 const catalog::Function& function);

}  // namespace fraiseql::schema
