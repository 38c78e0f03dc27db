// SPDX-License-Identifier: MIT
// Any bytes: a cursor is refused, or is as many texts and nulls as the order has terms.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compile/cursor.hpp"

using namespace fraiseql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::vector<compile::OrderTerm> terms(1 + data[0] % 3);
    for (std::size_t i = 0; i < terms.size(); ++i)
        terms[i].binding.nullable = (data[0] >> (i + 2) & 1) != 0;
    Arena arena;
    const auto read = compile::read_cursor(text, terms, "after", arena);
    if (!read) {
        if (read.error().code != ErrorCode::BadUserInput) std::abort();
        return 0;
    }
    if (!read->is_array() || read->items.size() != terms.size()) std::abort();
    for (const json::Value& value : read->items)
        if (!value.is_string() && !value.is_null()) std::abort();
#ifdef FRAISEQL_PLANTED_BUG
    if (terms.size() == 1) std::abort();
#endif
    return 0;
}
