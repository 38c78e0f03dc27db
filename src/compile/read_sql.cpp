// SPDX-License-Identifier: MIT
#include "compile/read_sql.hpp"

#include "compile/json_sql.hpp"
#include "compile/reading.hpp"

namespace fraiseql::compile {
namespace {

using sql::Fragment;

/// The rows with just the columns that are needed. Its LIMIT or OFFSET is a fence: the planner
/// computes a document once, not once for each of its keys.
Fragment rows_sql(const Reading& reading, const Rows& rows) {
    Fragment out("SELECT ");
    out.add(reading.columns()).raw(" FROM ").add(reading.from());
    if (!rows.where.empty()) out.raw(" WHERE ").add(rows.where);
    if (!rows.order.empty()) out.raw(" ORDER BY ").add(rows.order);
    if (!rows.limit.empty()) out.raw(" LIMIT ").add(rows.limit);
    if (!rows.offset.empty()) out.raw(" OFFSET ").add(rows.offset);
    return out;
}

}  // namespace

Fragment key_equals(const schema::Entity& entity, const Fragment& value) {
    return Fragment("t.")
        .identifier(entity.relation->column(*entity.key)->name)
        .raw(" = ")
        .add(value);
}

Fragment read_sql(Reading& reading, const plan::Read& read, const Rows& rows) {
    const Fragment object = object_sql(read.branches, reading.answer());
    Fragment out("SELECT ");
    if (read.kind == plan::Read::Kind::Many)
        out.raw("coalesce(json_agg(").add(object).raw("), '[]'::json)");
    else
        out.add(object);
    return out.raw("\nFROM (").add(rows_sql(reading, rows)).raw(") AS r");
}

Fragment read_sql(const schema::Model& model, const plan::Read& read, const Rows& rows) {
    Reading reading(model, *read.entity, {.see_through = false});
    return read_sql(reading, read, rows);
}

}  // namespace fraiseql::compile
