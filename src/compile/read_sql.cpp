// SPDX-License-Identifier: MIT
#include "compile/read_sql.hpp"

#include "compile/json_sql.hpp"
#include "compile/operator_sql.hpp"
#include "compile/reading.hpp"
#include "compile/rule_sql.hpp"

namespace fraiseql::compile {
namespace {

using sql::Fragment;

/// The rows with just the columns that are needed. Its LIMIT or OFFSET is a fence: the planner
/// computes a document once, not once for each of its keys.
Fragment rows_sql(const Reading& reading, const Rows& rows) {
    Fragment out("SELECT ");
    return out.add(reading.columns()).raw(" FROM ").add(reading.from()).add(clauses(rows));
}

/// Those that the rules grant; after the values, which say what columns the rows need.
Fragment granted_rows(Reading& reading, const plan::Read& read, Rows rows) {
    add_rules(read.row_rules, *read.entity->relation, reading.rows(), rows.where);
    return Fragment("\nFROM (").add(rows_sql(reading, rows)).raw(") AS r");
}

}  // namespace

Fragment key_equals(Reading& reading, const schema::Entity& entity, const Fragment& value) {
    const catalog::Column& key = *entity.relation->column(*entity.key);
    return reading.rows()
        .value({.key = key.name, .column = key.number}, false)
        .add(operator_sql(reading.catalog(), key.type, sql::Raw("=")))
        .add(value);
}

Fragment read_sql(Reading& reading, const plan::Read& read, const Rows& rows, Lists& lists) {
    const Fragment object = object_sql(read.branches, reading.answer(), lists);
    Fragment out("SELECT ");
    if (read.kind == plan::Read::Kind::Many)
        out.raw("coalesce(json_agg(").add(object).raw("), '[]'::json)");
    else
        out.add(object);
    return out.add(granted_rows(reading, read, rows));
}

std::optional<ColumnsRead> read_columns_sql(Reading& reading, const plan::Read& read,
                                            const Rows& rows, Lists& lists) {
    auto columns = columns_sql(reading.catalog(), read.branches, reading.answer(), lists);
    if (!columns) return std::nullopt;
    Fragment select("SELECT ");
    select.add(join(columns->values, ", ")).add(granted_rows(reading, read, rows));
    return ColumnsRead{std::move(select), static_cast<std::uint32_t>(columns->values.size()),
                       std::move(columns->shape)};
}

}  // namespace fraiseql::compile
