// SPDX-License-Identifier: MIT
// From syntax tree and schema back to GraphQL text.
#pragma once

#include <string>
#include <string_view>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// Prints a document with two spaces of indent. print(parse(print(parse(x)))) is print(parse(x)),
/// and parses to the same tree as x.
std::string print(const Document& document);
std::string print(const Value& value);
std::string print(const TypeReference& type);
/// Prints the keyword: `query`, `mutation` or `subscription`.
std::string_view print(OperationType type) noexcept;

/// Prints a schema as SDL, in the order in which it was built, descriptions as block strings,
/// without built-in scalars and directives and without introspection types.
std::string print_schema(const Schema& schema);

}  // namespace fraiseql::graphql
