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
    Rows granted = rows;
    add_rules(read.row_rules, *read.entity->relation, reading.rows(), granted.where);
    Fragment out("SELECT ");
    if (read.kind == plan::Read::Kind::Many)
        out.raw("coalesce(json_agg(").add(object).raw("), '[]'::json)");
    else
        out.add(object);
    return out.raw("\nFROM (").add(rows_sql(reading, granted)).raw(") AS r");
}

}  // namespace fraiseql::compile
