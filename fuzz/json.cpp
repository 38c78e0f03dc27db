// SPDX-License-Identifier: MIT
// Any bytes: the JSON reader ends, and what it accepts is written and read as the same text again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/value.hpp"
#include "json/writer.hpp"

using namespace fraiseql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Arena arena;
    const auto value = json::read(text, arena);
    if (!value) return 0;
#ifdef FRAISEQL_PLANTED_BUG
    if (value->is_array() && value->items.size() == 5) std::abort();
#endif
    std::string once;
    json::write(once, *value);
    const auto again = json::read(once, arena);
    if (!again) std::abort();
    std::string twice;
    json::write(twice, *again);
    if (once != twice) std::abort();
    return 0;
}
