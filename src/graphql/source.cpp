// SPDX-License-Identifier: MIT
#include "graphql/source.hpp"

#include <algorithm>

namespace fraiseql::graphql {
namespace {

/// How many UTF-16 code units the byte stands for: those of the character that it begins.
std::uint32_t units(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) return 0;
    return byte >= 0xF0U ? 2 : 1;
}

/// Returns where the line after the break at `index` begins; `index` + 1 within "\r\n" is none.
bool ends_line(std::string_view source, std::size_t index) noexcept {
    if (source[index] == '\n') return true;
    return source[index] == '\r' && !source.substr(index + 1).starts_with('\n');
}

}  // namespace

Location locate(std::string_view source, std::uint32_t offset) noexcept {
    const std::size_t end = std::min<std::size_t>(offset, source.size());
    Location at;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < end; ++i) {
        if (!ends_line(source, i)) continue;
        ++at.line;
        line_start = i + 1;
    }
    for (std::size_t i = line_start; i < end; ++i)
        at.column += units(source[i]);
    return at;
}

void SourceIndex::build() {
    std::uint32_t total = 0;
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < source_.size(); ++i) {
        if (i % kBlock == 0) block_units_.push_back(total);
        total += units(source_[i]);
        if (ends_line(source_, i)) line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
    if (block_units_.size() * kBlock <= source_.size()) block_units_.push_back(total);
}

std::uint32_t SourceIndex::units_before(std::size_t offset) const noexcept {
    std::uint32_t total = block_units_[offset / kBlock];
    for (std::size_t i = offset / kBlock * kBlock; i < offset; ++i)
        total += units(source_[i]);
    return total;
}

Location SourceIndex::locate(std::uint32_t offset) {
    if (line_starts_.empty()) build();
    offset = std::min(offset, static_cast<std::uint32_t>(source_.size()));
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const std::uint32_t start = *(after - 1);
    return {static_cast<std::uint32_t>(after - line_starts_.begin()),
            units_before(offset) - units_before(start) + 1};
}

}  // namespace fraiseql::graphql
