// SPDX-License-Identifier: MIT
#include "schema/members.hpp"

#include <algorithm>

#include "catalog/annotation.hpp"
#include "schema/naming.hpp"
#include "schema/rules.hpp"

namespace fraiseql::schema {
namespace {

std::string_view named(std::string_view type) {
    while (type.ends_with('!') || type.ends_with(']'))
        type.remove_suffix(1);
    while (type.starts_with('['))
        type.remove_prefix(1);
    return type;
}

std::vector<Member> members_of(const Draft& draft, const graphql::TypeSpec& type) {
    std::vector<Member> members;
    const auto& bindings = draft.fields_of(type.name);
    members.reserve(bindings.size());
    for (const graphql::FieldSpec& field : type.fields) {
        const auto binding = bindings.find(field.name);
        if (binding == bindings.end()) continue;
        Member member{field.name, field.description, binding->second};
        if (member.value.type == 0) {
            member.object = named(field.type);
            member.list = field.type.starts_with('[');
            if (field.type.starts_with("[[")) continue;
        }
        members.push_back(std::move(member));
    }
    return members;
}

/// That of the view's comment, else that of the comment on the column or on what it shows.
const Guard* guard_of(Draft& draft, const Entity& entity, const catalog::Column& column,
                      const lineage::ColumnShape* shape) {
    if (auto found = entity.column_guards.find(column.number); found != entity.column_guards.end())
        return found->second;
    const std::string subject = entity.type_name + '.' + column.name;
    if (const Guard* own = column_guard(draft, subject, entity.relation->oid, column.number))
        return own;
    return shape == nullptr || !shape->shape->origin
               ? nullptr
               : column_guard(draft, subject, shape->shape->origin->relation,
                              shape->shape->origin->column);
}

/// As pg_get_expr prints it: `name` or `"Name"`.
std::string catalog_identifier(const std::string& name) {
    const bool plain =
        !name.empty() && (name[0] < '0' || name[0] > '9') &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    return plain ? name : sql::Fragment().identifier(name).text();
}

/// `(data ->> 'key'::text)`, or `((data ->> 'key'::text))::integer` with no further cast.
bool is_key_of(std::string_view expression, const std::string& document, const std::string& key) {
    const std::string value =
        '(' + document + " ->> " + sql::Fragment().literal(key).text() + "::text)";
    if (expression == value) return true;
    const std::string cast = '(' + value + ")::";
    return expression.starts_with(cast) &&
           expression.substr(cast.size()).find_first_of("(:") == std::string_view::npos;
}

}  // namespace

void use_generated_columns(const Entity& entity, std::vector<Member>& members) {
    if (!entity.document) return;
    const std::string document =
        catalog_identifier(entity.relation->column(*entity.document)->name);
    for (Member& member : members)
        for (const catalog::Column& column : entity.relation->columns)
            if (!member.value.column && column.can_select && member.value.type == column.type &&
                is_key_of(column.generated_as, document, member.value.key))
                member.value.column = column.number;
}

MembersByType collect_members(const Draft& draft) {
    using graphql::TypeKind;
    MembersByType out;
    for (const graphql::TypeSpec& type : draft.builder.types)
        if (type.kind == TypeKind::Object || type.kind == TypeKind::Interface ||
            type.kind == TypeKind::Union)
            out.emplace(type.name, members_of(draft, type));
    return out;
}

void add_column_members(Draft& draft, const Entity& entity, std::vector<Member>& members) {
    use_generated_columns(entity, members);
    for (const catalog::Column& column : entity.relation->columns) {
        if (entity.document == column.number) continue;
        const std::string name = camel_case(bare_column(column.name));
        const bool present = std::any_of(members.begin(), members.end(),
                                         [&](const Member& member) { return member.name == name; });
        if (present) continue;
        const lineage::ColumnShape* shape =
            draft.model.lineage.relation(entity.relation->oid).column(column.number);
        Member member{.name = name,
                      .value = {.key = column.name,
                                .column = column.number,
                                .type = column.type,
                                .nullable = shape == nullptr || shape->shape->nullable,
                                .beside_document = entity.document.has_value()}};
        member.value.guard = guard_of(draft, entity, column, shape);
        const std::string description = catalog::read_annotations(column.comment).description;
        if (!description.empty()) member.description = description;
        members.push_back(std::move(member));
    }
}

}  // namespace fraiseql::schema
