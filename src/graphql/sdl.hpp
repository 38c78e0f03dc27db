// SPDX-License-Identifier: MIT
// From the syntax tree of type system definitions to the specs of a SchemaBuilder.
#pragma once

#include <string>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// Adds the definitions of `document`, then its extensions, to `builder`. Appends what is wrong
/// with them, each with its place, to `problems`.
void add_sdl(const Document& document, SchemaBuilder& builder, std::vector<std::string>& problems);

/// Appends what is wrong with the directives that stand in `document`: unknown, misplaced, given
/// twice, with wrong arguments.
void check_sdl_directives(const Document& document, const Schema& schema,
                          std::vector<std::string>& problems);

}  // namespace fraiseql::graphql
