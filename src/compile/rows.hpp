// SPDX-License-Identifier: MIT
// Rows: which rows of a relation, or items of a list, are wanted, and in what order.
#pragma once

#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Each part is empty where nothing is said of it.
struct Rows {
    sql::Fragment where = {};
    sql::Fragment order = {};
    sql::Fragment limit = {};
    sql::Fragment offset = {};
};

/// Returns them as clauses that follow FROM, each with a space before it.
inline sql::Fragment clauses(const Rows& rows) {
    sql::Fragment out;
    if (!rows.where.empty()) out.raw(" WHERE ").add(rows.where);
    if (!rows.order.empty()) out.raw(" ORDER BY ").add(rows.order);
    if (!rows.limit.empty()) out.raw(" LIMIT ").add(rows.limit);
    if (!rows.offset.empty()) out.raw(" OFFSET ").add(rows.offset);
    return out;
}

}  // namespace fraiseql::compile
