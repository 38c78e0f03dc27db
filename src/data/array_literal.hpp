// SPDX-License-Identifier: MIT
// Array literals of PostgreSQL (§8.15.2) for lists of JSON.
#pragma once

#include <string>

#include "fraiseql/json_node.hpp"

namespace fraiseql::data {

/// Returns `list` as PostgreSQL reads arrays: `{"a",NULL,{"b"}}`.
std::string array_literal(const json_node& list);

}  // namespace fraiseql::data
