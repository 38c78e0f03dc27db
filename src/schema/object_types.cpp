// SPDX-License-Identifier: MIT
// From the shapes of documents and rows to object types, interfaces and unions.
#include <fmt/format.h>

#include <algorithm>

#include "catalog/annotation.hpp"
#include "schema/document.hpp"
#include "schema/draft.hpp"
#include "schema/naming.hpp"
#include "schema/rules.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Relation;
using graphql::TypeKind;
using lineage::Shape;
using lineage::ShapePointer;

/// Builds the types of one entity: its own and those of the objects inside its document.
class TypeWriter {
  public:
    TypeWriter(Draft& draft, std::string subject, std::string description, bool stored)
        : draft_(draft),
          subject_(std::move(subject)),
          description_(std::move(description)),
          stored_(stored) {}

    void write(const Entity& entity, const Document& document) {
        relation_ = entity.relation;
        if (document.shape == nullptr)
            write_columns(entity);
        else if (const lineage::Union* members = document.shape->members())
            write_abstract(entity.type_name, *members, true);
        else
            write_object(entity.type_name, *document.shape->object(), true);
    }

    std::string write_nested(const Shape& shape, const std::string& name, std::string_view key,
                             FieldBinding& binding) {
        return type_of(shape, name, key, binding);
    }

  private:
    /// The columns themselves are the fields; a document among them is a JSON scalar.
    void write_columns(const Entity& entity) {
        lineage::Object row;
        for (const auto& column : draft_.model.lineage.relation(entity.relation->oid).columns) {
            const catalog::Column* declared = entity.relation->column(column.number);
            if (declared == nullptr) continue;
            ShapePointer shape = column.shape;
            if (catalog::is_json(draft_.model.catalog.base_type(declared->type)))
                shape = std::make_shared<Shape>(Shape{
                    .kind = lineage::Scalar{.type = declared->type}, .nullable = shape->nullable});
            row.fields.push_back({.key = column.name,
                                  .shape = std::move(shape),
                                  .same_as_column = column.number,
                                  .description = column.description});
        }
        write_object(entity.type_name, row, true);
    }

    void write_object(const std::string& name, const lineage::Object& object, bool top,
                      const std::vector<std::string>& interfaces = {}) {
        // Fields first: types of nested objects are added meanwhile and may move this one.
        std::vector<graphql::FieldSpec> fields;
        std::map<std::string, std::string> key_of_name;
        for (const lineage::Field& field : object.fields) {
            if (field.key == "__typename") continue;
            const std::string field_name = camel_case(bare_column(field.key));
            auto [taken, added] = key_of_name.emplace(field_name, field.key);
            if (!added) {
                draft_.find(subject_,
                            fmt::format("key '{}' is not exposed: '{}' has its name {} already.",
                                        field.key, taken->second, field_name));
                continue;
            }
            fields.push_back(write_field(name, field_name, field, top, object.row_type));
        }
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Object, name);
        if (top && !description_.empty()) type.description = description_;
        type.fields = std::move(fields);
        type.interfaces = interfaces;
    }

    graphql::FieldSpec write_field(const std::string& type_name, const std::string& field_name,
                                   const lineage::Field& field, bool top, catalog::Oid row_type) {
        FieldBinding binding{.key = field.key};
        if (top && !stored_) binding.column = field.same_as_column;
        graphql::FieldSpec spec{.name = field_name};
        spec.type = type_of(*field.shape, type_name + pascal_case(field.key), field.key, binding);
        if (!field.description.empty()) spec.description = field.description;
        binding.guard = guard_of(type_name + '.' + field_name, field, row_type);
        if (masks(binding.guard) && spec.type.ends_with('!')) spec.type.pop_back();
        binding.nullable = !spec.type.ends_with('!');
        draft_.fields[type_name][field_name] = std::move(binding);
        return spec;
    }

    /// Of the rules in the comments on columns that the field shows: its view's own, the table's
    /// that it comes from, that of the row it is part of.
    const Guard* guard_of(const std::string& subject, const lineage::Field& field,
                          catalog::Oid row_type) {
        const Shape* shape = field.shape.get();
        while (!shape->origin && shape->list() != nullptr)
            shape = shape->list()->element.get();
        if (shape->origin)
            if (const Guard* guard =
                    column_guard(draft_, subject, shape->origin->relation, shape->origin->column))
                return guard;
        if (relation_ != nullptr && field.same_as_column)
            if (const Guard* guard =
                    column_guard(draft_, subject, relation_->oid, *field.same_as_column))
                return guard;
        const catalog::Type* type = draft_.model.catalog.type(row_type);
        const Relation* row =
            type == nullptr ? nullptr : draft_.model.catalog.relation(type->relation);
        const catalog::Column* column = row == nullptr ? nullptr : row->column(field.key);
        return column == nullptr ? nullptr
                                 : column_guard(draft_, subject, row->oid, column->number);
    }

    std::string type_of(const Shape& shape, const std::string& nested_name, std::string_view key,
                        FieldBinding& binding) {
        const bool nullable = shape.nullable || stored_;
        const std::string mark = nullable ? "" : "!";
        if (const lineage::Scalar* scalar = shape.scalar()) {
            Leaf leaf = draft_.leaf(scalar->type, key);
            binding.as_text = leaf.as_text;
            binding.type = scalar->type;
            return draft_.use_leaf(leaf, scalar->type, nullable);
        }
        if (const lineage::List* list = shape.list()) {
            const std::string item =
                type_of(*list->element, singular(nested_name), singular(key), binding);
            // A list of JSON values is a JSON value itself.
            const catalog::Type* type = draft_.model.catalog.type(binding.type);
            if (type != nullptr && !catalog::is_json(type->oid)) binding.type = type->array;
            return "[" + item + "]" + mark;
        }
        if (const lineage::RelationRef* reference = shape.relation())
            return relation_type(*reference, nested_name, key, binding) + mark;
        binding.column.reset();
        if (const lineage::Object* object = shape.object(); object && !object->fields.empty()) {
            const std::string name =
                draft_.take_type_name(object->type_name.empty() ? nested_name : object->type_name);
            write_object(name, *object, false);
            return name + mark;
        }
        if (const lineage::Union* members = shape.members()) {
            const std::string name = draft_.take_type_name(nested_name);
            write_abstract(name, *members, false);
            return name + mark;
        }
        if (const lineage::Opaque* opaque = shape.opaque())
            draft_.find(subject_,
                        fmt::format("key '{}' is typed JSON: {}", binding.key, opaque->reason));
        return use_json(binding) + mark;
    }

    std::string use_json(FieldBinding& binding) {
        binding.type = catalog::kJsonb;
        return draft_.use_leaf({.type = "JSON"}, catalog::kJsonb, true);
    }

    std::string relation_type(const lineage::RelationRef& reference, const std::string& nested_name,
                              std::string_view key, FieldBinding& binding) {
        if (const Entity* entity = draft_.entity_of(reference.relation);
            entity != nullptr && entity->document) {
            binding.column.reset();
            return entity->type_name;
        }
        // The other view is private: its document is described here instead.
        const auto& shape = draft_.model.lineage.relation(reference.relation);
        const lineage::ColumnShape* column = shape.column(reference.column);
        if (column == nullptr || column->shape->relation() != nullptr || depth_ > kMaxDepth) {
            return use_json(binding);
        }
        refuse_rules_of(reference.relation, key);
        ++depth_;
        Shape nullable = *column->shape;
        nullable.nullable = true;
        std::string name = type_of(nullable, nested_name, key, binding);
        --depth_;
        return name;
    }

    /// Rules are part of the types of exposed views: described here, the document has none of them.
    void refuse_rules_of(catalog::Oid oid, std::string_view key) {
        const Relation* relation = draft_.model.catalog.relation(oid);
        if (relation == nullptr || !catalog::read_annotations(relation->comment).has("authorize"))
            return;
        draft_.errors.push_back(
            {.code = ErrorCode::Configuration,
             .message = fmt::format("{} shows the document of {} under '{}', which is not exposed: "
                                    "the '@authorize' lines of its comment would not hold there.",
                                    subject_, subject_of(*relation), key),
             .hint = "Expose it, or move the rules to the comment of the view that shows it."});
    }

    /// Objects told apart by __typename: an interface where they share fields, else a union.
    void write_abstract(const std::string& name, const lineage::Union& members, bool top) {
        std::vector<std::string> names;
        std::vector<const lineage::Object*> objects;
        for (const ShapePointer& member : members.members) {
            if (const lineage::Object* object = member->object()) {
                names.push_back(draft_.take_type_name(
                    object->type_name.empty() ? name + "Member" : object->type_name));
                objects.push_back(object);
            } else if (const lineage::RelationRef* reference = member->relation()) {
                if (const Entity* entity = draft_.entity_of(reference->relation))
                    names.push_back(entity->type_name);
            }
        }
        const bool all_objects = objects.size() == names.size();
        std::vector<std::string> interfaces;
        if (all_objects && !shared_keys(objects).empty()) interfaces.push_back(name);
        for (std::size_t i = 0; i < objects.size(); ++i)
            write_object(names[i], *objects[i], top, interfaces);
        if (interfaces.empty()) {
            graphql::TypeSpec& type = draft_.builder.add(TypeKind::Union, name);
            type.members = names;
            if (top && !description_.empty()) type.description = description_;
            return;
        }
        write_interface(name, names, top);
    }

    /// Keys that all objects have; __typename is not one.
    static std::vector<std::string> shared_keys(
        const std::vector<const lineage::Object*>& objects) {
        std::vector<std::string> keys;
        for (const lineage::Field& field : objects.front()->fields)
            if (field.key != "__typename" && field.shape->scalar() != nullptr &&
                std::all_of(objects.begin(), objects.end(), [&](const lineage::Object* object) {
                    const lineage::Field* other = object->find(field.key);
                    return other != nullptr && other->shape->scalar() != nullptr &&
                           other->shape->scalar()->type == field.shape->scalar()->type;
                }))
                keys.push_back(field.key);
        return keys;
    }

    void write_interface(const std::string& name, const std::vector<std::string>& members,
                         bool top) {
        std::vector<graphql::FieldSpec> fields;
        for (const graphql::FieldSpec& field : draft_.builder.find(members.front())->fields) {
            graphql::FieldSpec shared = field;
            bool everywhere = true;
            for (const std::string& member : members) {
                const auto& others = draft_.builder.find(member)->fields;
                auto same = std::find_if(others.begin(), others.end(),
                                         [&](const auto& f) { return f.name == field.name; });
                everywhere = everywhere && same != others.end() &&
                             bare_type(same->type) == bare_type(field.type);
                // A member may promise more than the interface, not less (GraphQL §3.6.1).
                if (everywhere && !same->type.ends_with('!')) shared.type = same->type;
            }
            if (!everywhere) continue;
            FieldBinding& binding = draft_.fields[name][shared.name];
            binding = draft_.fields[members.front()][shared.name];
            for (const std::string& member : members)
                binding.guard = both(draft_, name + '.' + shared.name, binding.guard,
                                     draft_.fields[member][shared.name].guard);
            fields.push_back(std::move(shared));
        }
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Interface, name);
        type.fields = std::move(fields);
        if (top && !description_.empty()) type.description = description_;
    }

    static std::string_view bare_type(std::string_view type) {
        if (type.ends_with('!')) type.remove_suffix(1);
        return type;
    }

    static constexpr int kMaxDepth = 16;

    Draft& draft_;
    std::string subject_;
    std::string description_;
    /// The document is stored: what its view promises need not hold for it.
    bool stored_;
    /// The entity's own, or nullptr.
    const Relation* relation_ = nullptr;
    int depth_ = 0;
};

void write_entity(Draft& draft, const Entity& entity, const Document& document) {
    TypeWriter(draft, subject_of(*entity.relation),
               catalog::read_annotations(entity.relation->comment).description, document.stored)
        .write(entity, document);
}

}  // namespace

void build_object_types(Draft& draft) {
    // Which entities have documents must be known before any of them refers to another.
    std::vector<Document> documents;
    documents.reserve(draft.model.entities.size());
    for (Entity& entity : draft.model.entities)
        documents.push_back(resolve_document(draft, entity));
    for (std::size_t i = 0; i < documents.size(); ++i)
        write_entity(draft, draft.model.entities[i], documents[i]);
}

std::string add_document_type(Draft& draft, const std::string& subject, const Shape& shape,
                              const std::string& name, std::string_view key,
                              FieldBinding& binding) {
    return TypeWriter(draft, subject, {}, false).write_nested(shape, name, key, binding);
}

}  // namespace fraiseql::schema
