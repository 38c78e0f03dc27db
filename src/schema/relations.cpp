// SPDX-License-Identifier: MIT
// Relations: what code reads, filters and orders by the database's own names.
#include <algorithm>

#include "schema/document.hpp"
#include "schema/draft.hpp"
#include "schema/inputs.hpp"
#include "schema/members.hpp"
#include "schema/naming.hpp"
#include "schema/operator.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Relation;
using lineage::Shape;

class RelationWriter {
  public:
    RelationWriter(Draft& draft, Relations& out) : draft_(draft), out_(out) {}

    void write(const Relation& relation) {
        Entity entity{.relation = &relation,
                      .type_name = relation.schema + '.' + relation.name,
                      .document = document_column(draft_.model.catalog, relation),
                      .key = key_column(relation)};
        const std::string type = entity.type_name;
        std::vector<Member> members;
        // What is wrong with its annotations is said where it is exposed.
        if (const auto document = find_document(draft_, entity);
            document && document->shape != nullptr && document->shape->object() != nullptr) {
            members = object_members(*document->shape->object(), type, !document->stored);
            use_generated_columns(entity, members);
        }
        for (const catalog::Column& column : relation.columns) {
            if (!column.can_select || entity.document == column.number) continue;
            if (std::any_of(members.begin(), members.end(),
                            [&](const Member& member) { return member.name == column.name; }))
                continue;
            members.push_back(column_member(entity, column));
        }
        finish(type, std::move(members));
        out_.entities.emplace(relation.oid, std::move(entity));
    }

  private:
    Member column_member(const Entity& entity, const catalog::Column& column) const {
        const lineage::ColumnShape* shape =
            draft_.model.lineage.relation(entity.relation->oid).column(column.number);
        return {.name = column.name,
                .value = {.key = column.name,
                          .column = column.number,
                          .type = column.type,
                          .nullable = shape == nullptr || shape->shape->nullable,
                          .beside_document = entity.document.has_value()}};
    }

    /// `columns`: whether keys have the values of the columns that they are the same as.
    std::vector<Member> object_members(const lineage::Object& object, const std::string& type,
                                       bool columns) {
        std::vector<Member> members;
        for (const lineage::Field& field : object.fields) {
            if (field.key == "__typename") continue;
            Member member{.name = field.key,
                          .value = {.key = field.key, .nullable = field.shape->nullable}};
            describe(*field.shape, type + '.' + field.key, member);
            if (columns && member.object.empty()) member.value.column = field.same_as_column;
            members.push_back(std::move(member));
        }
        return members;
    }

    /// Sets the type of a leaf, or the object inside. What cannot be typed is JSON.
    void describe(const Shape& shape, const std::string& name, Member& member) {
        if (const lineage::Scalar* scalar = shape.scalar()) {
            member.value.type = scalar->type;
            return;
        }
        member.value.type = catalog::kJsonb;
        if (const lineage::List* list = shape.list()) {
            if (member.list) return;
            member.list = true;
            describe(*list->element, name, member);
            if (!member.object.empty()) return;
            const catalog::Type* item = draft_.model.catalog.type(member.value.type);
            if (item != nullptr && !catalog::is_json(item->oid) && item->array != 0)
                member.value.type = item->array;
            else
                member.value.type = catalog::kJsonb;
            return;
        }
        if (const lineage::RelationRef* other = shape.relation()) {
            member.object = document_type(*other);
        } else if (const lineage::Object* object = shape.object();
                   object && !object->fields.empty()) {
            member.object = name;
            if (started_.insert(name).second) finish(name, object_members(*object, name, false));
        }
        if (!member.object.empty()) member.value.type = 0;
    }

    /// The documents of a relation inside another one; empty where nothing tells what they hold.
    std::string document_type(const lineage::RelationRef& reference) {
        const Relation* relation = draft_.model.catalog.relation(reference.relation);
        const auto& shape = draft_.model.lineage.relation(reference.relation);
        const lineage::ColumnShape* column = shape.column(reference.column);
        if (relation == nullptr || column == nullptr) return {};
        const lineage::Object* object = column->shape->object();
        if (object == nullptr || object->fields.empty()) return {};
        std::string name = relation->schema + '.' + relation->name + '.' + column->name + '#';
        if (started_.insert(name).second) finish(name, object_members(*object, name, false));
        return name;
    }

    void finish(const std::string& type, std::vector<Member> members) {
        using Kind = InputBinding::Kind;
        const std::string where = where_input(type);
        auto& filters = draft_.inputs[where];
        auto& orders = draft_.inputs[order_input(type)];
        for (const Member& member : members) {
            InputBinding filter{.value = member.value};
            if (!member.object.empty()) {
                filter.kind = member.list ? Kind::List : Kind::Object;
                filter.input_type = where_input(member.object);
            }
            filters[member.name] = std::move(filter);
            InputBinding order{.value = member.value};
            if (!member.object.empty()) {
                order.kind = Kind::Object;
                order.input_type = order_input(member.object);
            }
            const bool sortable = member.object.empty()
                                      ? is_sortable(draft_.model.catalog, member.value.type)
                                      : !member.list;
            if (sortable) orders[member.name] = std::move(order);
        }
        filters["AND"] = {.kind = Kind::And, .input_type = where};
        filters["OR"] = {.kind = Kind::Or, .input_type = where};
        filters["NOT"] = {.kind = Kind::Not, .input_type = where};
        out_.members[type] = std::move(members);
    }

    Draft& draft_;
    Relations& out_;
    std::unordered_set<std::string> started_ = {};
};

bool is_readable(const Relation& relation) {
    return relation.can_select ||
           std::any_of(relation.columns.begin(), relation.columns.end(),
                       [](const catalog::Column& column) { return column.can_select; });
}

}  // namespace

void build_relations(Draft& draft) {
    auto relations = std::make_shared<Relations>();
    RelationWriter writer(draft, *relations);
    for (const Relation& relation : draft.model.catalog.relations())
        if (is_readable(relation)) writer.write(relation);
    draft.model.relations = std::move(relations);
}

}  // namespace fraiseql::schema
