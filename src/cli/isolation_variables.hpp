// SPDX-License-Identifier: MIT
// Values for the variables of a registered operation, made of one tenant's key.
#pragma once

#include <string>

#include "base/arena.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::cli {

/// Returns an object with a value for each variable that has to be given and for each that may be
/// a key: identifiers are `key`. Fails where a type is beyond that.
Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const std::string& key, Arena& arena);

}  // namespace fraiseql::cli
