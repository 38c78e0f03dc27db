// SPDX-License-Identifier: MIT
// Values for the variables of a registered operation, made of one key.
#pragma once

#include <cstdint>
#include <string>

#include "base/arena.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::cli {

/// Which variables get a value: those that have to be given and those that may be a key, or all.
enum class Variables : std::uint8_t { NeededAndKeys, All };

/// Returns an object with values for variables; identifiers are `key`. Fails where a type is beyond
/// that.
Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const std::string& key, Arena& arena,
                                   Variables which = Variables::NeededAndKeys);

}  // namespace fraiseql::cli
