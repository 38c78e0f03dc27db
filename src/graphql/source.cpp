// SPDX-License-Identifier: MIT
#include "graphql/source.hpp"

#include <algorithm>

namespace fraiseql::graphql {

Location locate(std::string_view source, std::uint32_t offset) noexcept {
    const std::size_t end = std::min<std::size_t>(offset, source.size());
    Location at;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < end; ++i) {
        if (source[i] != '\n' && source[i] != '\r') continue;
        if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') {
            if (i + 1 == end) break;
            ++i;
        }
        ++at.line;
        line_start = i + 1;
    }
    for (std::size_t i = line_start; i < end; ++i) {
        const auto byte = static_cast<unsigned char>(source[i]);
        if ((byte & 0xC0U) == 0x80U) continue;
        at.column += byte >= 0xF0U ? 2 : 1;
    }
    return at;
}

}  // namespace fraiseql::graphql
