// SPDX-License-Identifier: MIT
#include "compile/rule_sql.hpp"

namespace fraiseql::compile {
namespace {

using catalog::Relation;
using schema::RowCondition;
using sql::Fragment;

Fragment column_sql(const Relation& relation, catalog::AttributeNumber number,
                    const Source& source) {
    const catalog::Column& column = *relation.column(number);
    return source.value({.key = column.name, .column = number, .type = column.type}, false);
}

/// The settings of the transaction say who asks; without one, nothing is theirs.
Fragment owner_sql(const Relation& relation, const RowCondition& condition, const Source& source) {
    return column_sql(relation, condition.owner, source)
        .raw(" = nullif(current_setting('app.user_id', true), '')::")
        .add(condition.owner_type);
}

/// An expression sees its columns under their own names, wherever their values come from.
Fragment expression_sql(const Relation& relation, const RowCondition& condition,
                        const Source& source) {
    if (condition.columns.empty()) return Fragment("(").add(condition.expression).raw(")");
    std::vector<Fragment> columns;
    for (const catalog::AttributeNumber number : condition.columns)
        columns.push_back(column_sql(relation, number, source)
                              .raw(" AS ")
                              .identifier(relation.column(number)->name));
    return Fragment("(SELECT (")
        .add(condition.expression)
        .raw(") FROM (SELECT ")
        .add(join(columns, ", "))
        .raw(") AS ")
        .identifier(relation.name)
        .raw(")");
}

void add_check(const schema::Model& model, const schema::Entity& entity, const schema::Guard* guard,
               std::vector<RuleCheck>& checks) {
    if (guard == nullptr) return;
    std::vector<const schema::Rule*> rules;
    for (const schema::Rule* rule : guard->rules)
        if (!rule->rows.empty()) rules.push_back(rule);
    if (rules.empty()) return;
    const Relation& relation = *entity.relation;
    Fragment sql("SELECT FROM ");
    sql.qualified(relation.schema, relation.name).raw(" AS t WHERE ");
    sql.add(rules_sql(rules, relation, row_source(model, entity, "t"))).raw(" LIMIT 0");
    checks.push_back({guard->subject, sql.text()});
}

}  // namespace

Fragment rules_sql(const std::vector<const schema::Rule*>& rules, const Relation& relation,
                   const Source& source) {
    std::vector<Fragment> all;
    for (const schema::Rule* rule : rules) {
        std::vector<Fragment> any;
        for (const RowCondition& condition : rule->rows)
            any.push_back(condition.owner != 0 ? owner_sql(relation, condition, source)
                                               : expression_sql(relation, condition, source));
        all.push_back(any.empty() ? Fragment("false")
                                  : Fragment("(").add(join(any, " OR ")).raw(")"));
    }
    return join(all, " AND ");
}

void add_rules(const std::vector<const schema::Rule*>& rules, const Relation& relation,
               const Source& source, Fragment& where) {
    const Fragment condition = rules_sql(rules, relation, source);
    if (condition.empty()) return;
    if (!where.empty()) where.raw(" AND ");
    where.add(condition);
}

std::vector<RuleCheck> rule_checks(const schema::Model& model) {
    std::vector<RuleCheck> checks;
    for (const schema::Entity& entity : model.entities) {
        add_check(model, entity, entity.guard, checks);
        const graphql::NamedType* type = model.schema->type(entity.type_name);
        if (type == nullptr) continue;
        for (const graphql::NamedType* possible : type->possible_types)
            for (const graphql::FieldDef& field : possible->fields)
                add_check(model, entity, model.field(field).guard, checks);
    }
    return checks;
}

}  // namespace fraiseql::compile
