// SPDX-License-Identifier: MIT
#include "compile/source.hpp"

#include <algorithm>

namespace fraiseql::compile {

sql::Fragment Source::value(const schema::FieldBinding& binding, bool as_text) const {
    sql::Fragment out;
    if (row != nullptr && binding.column) {
        out.add(alias).raw(".").identifier(row->column(*binding.column)->name);
        if (as_text) out.raw("::text");
        return out;
    }
    out.add(document);
    return as_text ? out.raw("->>").literal(binding.key) : out.raw("->").literal(binding.key);
}

Source row_source(const schema::Model& model, const schema::Entity& entity, sql::Raw alias) {
    const catalog::Relation& relation = *entity.relation;
    Source source{.row = &relation, .alias = alias};
    if (entity.document) {
        const catalog::Column* document = relation.column(*entity.document);
        source.document = sql::Fragment(alias).raw(".").identifier(document->name);
        source.jsonb = model.catalog.base_type(document->type) == catalog::kJsonb;
    }
    return source;
}

void Needs::add(catalog::AttributeNumber column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
}

void Needs::add(const std::vector<plan::Branch>& branches) {
    // Telling branches apart takes the document's __typename.
    if (branches.size() > 1) document = true;
    for (const plan::Branch& branch : branches)
        for (const plan::Output& output : branch.outputs) {
            if (output.binding == nullptr) continue;
            if (output.binding->column)
                add(*output.binding->column);
            else
                document = true;
        }
}

}  // namespace fraiseql::compile
