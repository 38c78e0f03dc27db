// SPDX-License-Identifier: MIT
#include "schema/document.hpp"

#include <fmt/format.h>

#include "catalog/annotation.hpp"
#include "schema/field_annotation.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

bool is_typed(const lineage::ShapePointer& shape) {
    if (shape == nullptr) return false;
    if (const lineage::Object* object = shape->object()) return !object->fields.empty();
    return shape->members() != nullptr;
}

lineage::ShapePointer shape_from_rule(const Draft& draft, const Entity& entity) {
    const auto& relation = draft.model.lineage.relation(entity.relation->oid);
    const lineage::ColumnShape* column = relation.column(*entity.document);
    return column == nullptr ? nullptr : column->shape;
}

lineage::ShapePointer shape_of_same_named_view(const Draft& draft, const Entity& entity) {
    const std::string name = "v_" + std::string(entity_name(entity.relation->name));
    const catalog::Relation* view = draft.model.catalog.relation(entity.relation->schema, name);
    if (view == nullptr) return nullptr;
    const lineage::ColumnShape* column = draft.model.lineage.relation(view->oid).column("data");
    return column == nullptr ? nullptr : column->shape;
}

std::string why_untyped(const Entity& entity, const lineage::ShapePointer& shape) {
    if (!entity.relation->is_view()) return "nothing tells the shape of a stored document";
    if (shape != nullptr && shape->opaque() != nullptr) return shape->opaque()->reason;
    return "it is not built as a JSON object";
}

}  // namespace

Result<Document> find_document(const Draft& draft, const Entity& entity) {
    if (!entity.document) return Document();
    FRAISEQL_TRY(lineage::ShapePointer shape,
                 shape_from_annotations(draft.model.catalog,
                                        catalog::read_annotations(entity.relation->comment),
                                        subject_of(*entity.relation)));
    const bool stored = entity.relation->kind != catalog::Relation::Kind::View;
    if (shape == nullptr)
        shape = entity.relation->is_view() ? shape_from_rule(draft, entity)
                                           : shape_of_same_named_view(draft, entity);
    // A materialized view holds what its own rule computed, so its promises do hold.
    return Document{shape, stored && !entity.relation->is_view()};
}

Document resolve_document(Draft& draft, Entity& entity) {
    auto document = find_document(draft, entity);
    if (!document) {
        draft.errors.push_back(document.error());
        return {};
    }
    if (!entity.document || is_typed(document->shape)) return *document;
    draft.find(
        subject_of(*entity.relation),
        fmt::format("its column data is shown as JSON: {}.", why_untyped(entity, document->shape)),
        entity.relation->is_view()
            ? "Build it with jsonb_build_object, or describe it with '@field' lines."
            : fmt::format("Create the view v_{} with the same document, or describe it with "
                          "'@field' lines in the table's comment.",
                          entity_name(entity.relation->name)));
    entity.document.reset();
    return {};
}

}  // namespace fraiseql::schema
