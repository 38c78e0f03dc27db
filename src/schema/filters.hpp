// SPDX-License-Identifier: MIT
// Filter inputs: the operators for values of one type, as an input object, and their operands.
#pragma once

#include <string>

#include "schema/draft.hpp"
#include "schema/leaf.hpp"

namespace fraiseql::schema {

/// Makes sure that the filter input for values of the PostgreSQL type `type`, which show as `leaf`,
/// is part of the schema, and returns its name: "StringFilter".
std::string use_filter(Draft& draft, catalog::Oid type, const Leaf& leaf);

/// Makes sure that what `op` compares with, on values that show as `leaf`, has a type in the
/// schema, and returns it: "String", "[ID!]".
std::string use_operand(Draft& draft, const Operator& op, const Leaf& leaf);

}  // namespace fraiseql::schema
