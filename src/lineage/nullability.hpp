// SPDX-License-Identifier: MIT
// Which of PostgreSQL's own functions never answer null to arguments that are not null.
#pragma once

#include <string_view>

#include "catalog/function.hpp"

namespace fraiseql::lineage {

/// Tells whether a function of pg_catalog is certain to return a value when no argument is null.
/// Says no for those that nobody has checked.
bool never_null(const catalog::Function& function);

/// Tells whether extract() of this unit has a value for infinite timestamps, too: those that always
/// grow have; month, day, hour and the like are null.
bool extracts_from_infinity(std::string_view unit);

/// What never_null tells, for the function behind a built-in operator: the exceptions are few.
bool operator_never_null(const catalog::Function& function);

/// Tells whether an aggregate over at least one value that is not null returns a value.
bool aggregate_keeps_not_null(const catalog::Function& function);

/// Tells whether a window function or aggregate never returns null, whatever its rows: count().
bool counts(const catalog::Function& function);

}  // namespace fraiseql::lineage
