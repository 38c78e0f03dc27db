// SPDX-License-Identifier: MIT
// The parser of the GraphQL language (spec §2, appendix C): text to syntax tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "graphql/ast.hpp"

namespace fraiseql::graphql {

/// What a document may be at most. Anything beyond ends with a GraphqlParseFailed that says so.
struct ParseLimits {
    std::size_t max_source_bytes = std::size_t{1} << 20U;
    std::uint32_t max_tokens = 50'000;
    /// Nesting of selection sets, and of lists and objects in values.
    std::uint32_t max_depth = 128;
};

/// Parses a document (§2.2); that it is executable is for validate to say. Nodes live in `arena`;
/// `source` must outlive them. The first error ends it.
Result<Document> parse(std::string_view source, Arena& arena, const ParseLimits& limits = {});

/// Parses a document of any size, of limited depth: for schemas that the operator wrote (§3).
Result<Document> parse_schema(std::string_view source, Arena& arena);

/// Parses one literal without variables (§2.9, Value[Const]), e.g. a default value.
Result<Value> parse_value(std::string_view source, Arena& arena);

/// Parses one type reference, e.g. "[Int!]!".
Result<TypeReference> parse_type(std::string_view source, Arena& arena);

}  // namespace fraiseql::graphql
