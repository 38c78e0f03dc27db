// SPDX-License-Identifier: MIT
// Values for the variables of a registered operation, made up by their types.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::cli {

/// Which variables get a value: those that have to be given and those that may be a key, or all.
enum class Variables : std::uint8_t { NeededAndKeys, All };

/// Returns what a leaf is to be, by the name of its variable or input field and its type; nothing
/// for what is made up.
using LeafValue =
    std::function<std::optional<json::Value>(std::string_view name, const graphql::NamedType&)>;

/// Returns an object with values for variables. Fails where a type is beyond that.
Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const LeafValue& leaf, Arena& arena,
                                   Variables which = Variables::NeededAndKeys);

/// Returns an object with values for variables; identifiers are `key`. Fails where a type is beyond
/// that.
Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const std::string& key, Arena& arena,
                                   Variables which = Variables::NeededAndKeys);

}  // namespace fraiseql::cli
