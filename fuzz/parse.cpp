// SPDX-License-Identifier: MIT
// Any bytes: the parser ends, and what it accepts prints and parses to the same text again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "graphql/parser.hpp"
#include "graphql/printer.hpp"

using namespace fraiseql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    Arena arena;
    const auto document = graphql::parse(source, arena);
    if (!document) return 0;
#ifdef FRAISEQL_PLANTED_BUG
    if (document->operations.size() == 2 && document->operations[1].variables.size() == 1)
        std::abort();
#endif
    const std::string once = graphql::print(*document);
    const auto again = graphql::parse_schema(once, arena);
    if (!again || graphql::print(*again) != once) std::abort();
    return 0;
}
