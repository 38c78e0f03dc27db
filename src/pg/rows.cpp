// SPDX-License-Identifier: MIT
#include "pg/rows.hpp"

#include "pg/big_endian.hpp"

namespace fraiseql::pg {

std::string_view Rows::get(std::size_t row, std::size_t column) const noexcept {
    const Cell& cell = cells_[row * columns_ + column];
    if (cell.length <= 0) return {};
    return {bytes_.data() + cell.offset, static_cast<std::size_t>(cell.length)};
}

bool Rows::append(std::string_view data_row) {
    if (data_row.size() < 2) return false;
    const std::size_t columns = read_uint16(data_row);
    if (!cells_.empty() && columns != columns_) return false;
    columns_ = columns;
    const std::size_t base = bytes_.size();
    bytes_.insert(bytes_.end(), data_row.begin(), data_row.end());
    std::size_t at = 2;
    for (std::size_t i = 0; i < columns; ++i) {
        if (data_row.size() - at < 4) return false;
        const auto length = static_cast<std::int32_t>(read_uint32(data_row.substr(at)));
        at += 4;
        const std::size_t taken = length < 0 ? 0 : static_cast<std::size_t>(length);
        if (data_row.size() - at < taken) return false;
        cells_.push_back({base + at, length});
        at += taken;
    }
    return at == data_row.size();
}

}  // namespace fraiseql::pg
