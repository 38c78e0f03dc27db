// SPDX-License-Identifier: MIT
#include "compile/read_sql.hpp"

#include "compile/json_sql.hpp"
#include "compile/source.hpp"

namespace fraiseql::compile {
namespace {

using sql::Fragment;

/// The rows with just the columns that are needed. Its LIMIT or OFFSET is a fence: the planner
/// computes a document once, not once for each of its keys.
Fragment rows_sql(const plan::Read& read, const Rows& rows) {
    const catalog::Relation& relation = *read.entity->relation;
    Needs needs;
    needs.add(read.branches);
    if (needs.document && read.entity->document) needs.add(*read.entity->document);
    std::vector<Fragment> columns;
    for (catalog::AttributeNumber number : needs.columns)
        columns.push_back(Fragment("t.").identifier(relation.column(number)->name));
    Fragment out("SELECT ");
    out.add(join(columns, ", ")).raw(" FROM ");
    out.qualified(relation.schema, relation.name).raw(" AS t");
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

Fragment read_sql(const schema::Model& model, const plan::Read& read, const Rows& rows) {
    const Fragment object = object_sql(read.branches, row_source(model, *read.entity, "r"));
    Fragment out("SELECT ");
    if (read.kind == plan::Read::Kind::Many)
        out.raw("coalesce(json_agg(").add(object).raw("), '[]'::json)");
    else
        out.add(object);
    return out.raw("\nFROM (").add(rows_sql(read, rows)).raw(") AS r");
}

}  // namespace fraiseql::compile
