// SPDX-License-Identifier: MIT
#include "graphql/parser.hpp"

#include <limits>

#include "graphql/document_parser.hpp"

namespace fraiseql::graphql {
namespace {

/// Offsets are 32 bits wide.
constexpr ParseLimits kTrusted = {.max_source_bytes = std::size_t{1} << 31U,
                                  .max_tokens = std::numeric_limits<std::uint32_t>::max()};

}  // namespace

Result<Document> parse(std::string_view source, Arena& arena, const ParseLimits& limits) {
    return DocumentParser(source, arena, limits).document();
}

Result<Document> parse_schema(std::string_view source, Arena& arena) {
    return DocumentParser(source, arena, kTrusted).document();
}

Result<Value> parse_value(std::string_view source, Arena& arena) {
    return DocumentParser(source, arena, kTrusted).value();
}

Result<TypeReference> parse_type(std::string_view source, Arena& arena) {
    return DocumentParser(source, arena, kTrusted).type();
}

}  // namespace fraiseql::graphql
