// SPDX-License-Identifier: MIT
// The types and fields that an application defines in code, in the schema of its database.
#pragma once

#include "schema/draft.hpp"

namespace fraiseql::schema {

/// Adds what `draft.options.definitions` has. Names that are taken, and types that the schema
/// cannot have, become errors of the draft.
void build_definitions(Draft& draft);

/// Refuses rules that ask an authorizer which the application does not have: they could not be
/// enforced. Comes when all rules are there.
void check_authorizers(Draft& draft);

}  // namespace fraiseql::schema
