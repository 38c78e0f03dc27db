// SPDX-License-Identifier: MIT
// Annotations in the comments of columns: none is left out silently.
#pragma once

#include "schema/draft.hpp"

namespace fraiseql::schema {

/// Adds an error for each annotation of a column of an exposed relation that columns do not have,
/// and for what may be a misspelt rule of any table's column; a finding for what means something on
/// relations only. Comes after the entities are chosen.
void check_column_annotations(Draft& draft);

}  // namespace fraiseql::schema
