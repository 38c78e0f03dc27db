// SPDX-License-Identifier: MIT
#include "compile/source.hpp"

#include "compile/reading.hpp"

namespace fraiseql::compile {
namespace {

/// Where there is no value, `items` knows that the list cannot be had from its rows.
Located item_located(const std::optional<rewrite::ItemValue>& found) {
    if (!found) return {.sql = sql::Raw("NULL::jsonb"), .type = catalog::kJsonb};
    return {.sql = found->sql, .type = found->type, .default_collation = found->default_collation};
}

}  // namespace

sql::Fragment Source::value(const schema::FieldBinding& binding, bool as_text) const {
    if (seen_through) {
        const Located found = locate(binding);
        if (!as_text) return found.sql;
        return sql::Fragment(found.sql).raw(catalog::is_json(found.type) ? sql::Raw("#>>'{}'")
                                                                         : sql::Raw("::text"));
    }
    sql::Fragment out;
    if (named_columns) {
        out.add(alias).raw(".").identifier(binding.key);
        if (as_text) out.raw("::text");
        return out;
    }
    if (row != nullptr && binding.column) {
        if (reading != nullptr) reading->need(*binding.column);
        out.add(alias).raw(".").identifier(row->column(*binding.column)->name);
        if (as_text) out.raw("::text");
        return out;
    }
    if (row != nullptr && document.empty()) {
        // A column without a document beside it, that holds a row.
        const catalog::Column& column = *row->column(binding.key);
        if (reading != nullptr) reading->need(column.number);
        out.raw("to_jsonb(").add(alias).raw(".").identifier(column.name).raw(")");
        return as_text ? out.raw("#>>'{}'") : out;
    }
    out.add(whole());
    return as_text ? out.raw("->>").literal(binding.key) : out.raw("->").literal(binding.key);
}

Located Source::locate(const schema::FieldBinding& binding) const {
    if (items != nullptr) {
        const bool column = binding.column && keys.empty() && row != nullptr;
        auto found =
            column ? items->column(*row, *binding.column, binding.beside_document) : std::nullopt;
        // Nothing is under the key of a column that stands beside the document.
        if (!found && !binding.beside_document) found = items->value(keys_to(binding));
        return item_located(found);
    }
    return reading->locate(binding.column, keys_to(binding), of_answer);
}

std::optional<sql::Fragment> Source::exists(const schema::FieldBinding& binding,
                                            const rewrite::ItemQuery& items_wanted) const {
    if (!seen_through) return std::nullopt;
    if (items == nullptr) return reading->exists(keys_to(binding), items_wanted);
    const auto found = items->exists(keys_to(binding), items_wanted);
    return found ? std::optional(found->sql) : std::nullopt;
}

std::vector<std::string> Source::keys_to(const schema::FieldBinding& binding) const {
    std::vector<std::string> out = keys;
    out.push_back(binding.key);
    return out;
}

Source Source::object(const schema::FieldBinding& binding) const {
    // A column that holds a row, or an array of them.
    if (named_columns)
        return inside(sql::Fragment("to_jsonb(").add(value(binding, false)).raw(")"), true);
    if (!seen_through) return inside(value(binding, false));
    Source out = *this;
    out.keys = keys_to(binding);
    return out;
}

sql::Fragment Source::whole() const {
    if (items != nullptr) return item_located(items->value(keys)).sql;
    if (seen_through) return reading->locate(std::nullopt, keys, of_answer).sql;
    if (reading != nullptr && document_column) reading->need(*document_column);
    return document;
}

Source row_source(const schema::Model& model, const schema::Entity& entity, sql::Raw alias) {
    const catalog::Relation& relation = *entity.relation;
    Source source{.row = &relation, .alias = alias};
    if (entity.document) {
        const catalog::Column* document = relation.column(*entity.document);
        source.document = sql::Fragment(alias).raw(".").identifier(document->name);
        source.jsonb = model.catalog.base_type(document->type) == catalog::kJsonb;
        source.document_column = entity.document;
    }
    return source;
}

}  // namespace fraiseql::compile
