// SPDX-License-Identifier: MIT
#include "engine/written.hpp"

#include <fmt/format.h>

#include "pg/pool.hpp"

namespace fraiseql::engine {

void Written::hear(pg::BatchResult& result, std::size_t calls) {
    if (!result) {
        // Rolled back, unless nobody was there to say so, or time was up just then.
        if (pg::is_unavailable(result.error()) || result.error().sqlstate == "57014") doubt();
        return;
    }
    if (result->size() <= calls) return doubt();
    const auto read = replica::read_position(result->back());
    result->pop_back();
    if (!read) return doubt();
    position_ = position_ ? replica::later(*position_, *read) : *read;
}

std::string Written::extensions() const {
    if (!position_) return {};
    return fmt::format(R"({{"consistency":"{}"}})", replica::to_token(*position_));
}

}  // namespace fraiseql::engine
