// SPDX-License-Identifier: MIT
#include "server/admin_schema.hpp"

#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "json/object_writer.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::server {
namespace {

using catalog::Oid;
using json::ObjectWriter;
using json::write_list;
using json::write_objects;
using json::write_texts;

std::string name_of(const catalog::Relation& relation) {
    return relation.schema + '.' + relation.name;
}

std::string id_of(const catalog::Relation& relation) { return 'r' + std::to_string(relation.oid); }

std::string id_of(const catalog::Function& function) { return 'f' + std::to_string(function.oid); }

/// `Query.posts`, by what they are bound to.
struct RootFields {
    std::map<const schema::Entity*, std::vector<std::string>> of_entity;
    std::map<const schema::FunctionBinding*, std::vector<std::string>> of_function;

    explicit RootFields(const schema::Model& model) {
        for (const graphql::NamedType* root : {model.schema->query(), model.schema->mutation()}) {
            if (root == nullptr) continue;
            for (const graphql::FieldDef& field : root->fields) {
                const schema::RootBinding& binding = model.root(field);
                const std::string name = std::string(root->name) + '.' + std::string(field.name);
                if (binding.function != nullptr)
                    of_function[binding.function].push_back(name);
                else if (binding.entity != nullptr)
                    of_entity[binding.entity].push_back(name);
            }
        }
    }
};

using Entities = std::map<Oid, std::vector<const schema::Entity*>>;

Entities entities_of(const schema::Model& model) {
    Entities out;
    for (const schema::Entity& entity : model.entities)
        out[entity.relation->oid].push_back(&entity);
    return out;
}

/// Everything behind what is exposed, in the order in which it is met.
class Graph {
  public:
    explicit Graph(const schema::Model& model) {
        for (const schema::Entity& entity : model.entities)
            visit(*entity.relation);
        for (const schema::FunctionBinding& function : model.functions)
            if (function.result.entity != nullptr) visit(*function.result.entity->relation);
        // Grows meanwhile.
        for (std::size_t i = 0; i < relations.size(); ++i)
            for (const Oid oid : schema::reads_of(model.catalog, *relations[i])) {
                const catalog::Relation& read = *model.catalog.relation(oid);
                visit(read);
                edges.emplace_back(relations[i], &read);
            }
    }

    std::vector<const catalog::Relation*> relations;
    std::vector<std::pair<const catalog::Relation*, const catalog::Relation*>> edges;

  private:
    void visit(const catalog::Relation& relation) {
        if (seen_.insert(relation.oid).second) relations.push_back(&relation);
    }

    std::set<Oid> seen_;
};

void write_types(ObjectWriter& out, const std::vector<const schema::Entity*>& entities) {
    std::vector<std::string> names;
    for (const schema::Entity* each : entities)
        names.push_back(each->type_name);
    write_texts(out.begin("types"), names);
}

void write_node(ObjectWriter& object, const catalog::Relation& relation, const Entities& entities) {
    object.text("id", id_of(relation));
    object.text("kind", catalog::describe(relation.kind));
    object.text("name", name_of(relation));
    if (relation.estimated_rows >= 0) object.number("rows", relation.estimated_rows);
    if (relation.row_security) object.boolean("rowSecurity", true);
    if (const auto found = entities.find(relation.oid); found != entities.end())
        write_types(object, found->second);
}

void write_node(ObjectWriter& object, const catalog::Function& function,
                [[maybe_unused]] const Entities& entities) {
    object.text("id", id_of(function));
    object.text("kind", "function");
    object.text("name", function.schema + '.' + function.name);
}

/// Where a field gets its value, in words.
std::string source_of(const schema::Model& model, const schema::Entity& entity,
                      const schema::FieldBinding& binding) {
    if (binding.computed != nullptr) return "code of the application";
    const lineage::RelationShape& shape = model.lineage.relation(entity.relation->oid);
    const lineage::Shape* value = nullptr;
    const lineage::ColumnShape* document =
        entity.document && !binding.beside_document ? shape.column(*entity.document) : nullptr;
    if (document != nullptr) {
        const lineage::Object* object = document->shape->object();
        const lineage::Field* field = object == nullptr ? nullptr : object->find(binding.key);
        if (field != nullptr) value = field->shape.get();
    } else if (const lineage::ColumnShape* column = shape.column(binding.key)) {
        value = column->shape.get();
    }
    if (value == nullptr) return "key " + binding.key;
    if (value->origin) {
        const catalog::Relation* table = model.catalog.relation(value->origin->relation);
        const catalog::Column* column =
            table == nullptr ? nullptr : table->column(value->origin->column);
        if (column != nullptr) return name_of(*table) + '.' + column->name;
    }
    const lineage::Shape* inner = value->list() != nullptr ? value->list()->element.get() : value;
    if (inner->relation() != nullptr)
        if (const catalog::Relation* of = model.catalog.relation(inner->relation()->relation))
            return "document of " + name_of(*of);
    if (inner->opaque() != nullptr) return inner->opaque()->reason;
    return inner->object() != nullptr ? "object" : "expression";
}

void write_fields(std::string& out, const schema::Model& model, const schema::Entity& entity) {
    const graphql::NamedType* type = model.schema->type(entity.type_name);
    write_objects(out, type->fields, [&](ObjectWriter& object, const graphql::FieldDef& field) {
        object.text("name", field.name);
        object.text("type", to_string(*field.type));
        // Of an interface or union, each object has its own.
        if (type->kind == graphql::TypeKind::Object)
            object.text("source", source_of(model, entity, model.field(field)));
        if (field.description) object.text("comment", *field.description);
    });
}

void write_columns(std::string& out, const catalog::Catalog& catalog,
                   const catalog::Relation& relation) {
    write_objects(out, relation.columns, [&](ObjectWriter& object, const catalog::Column& column) {
        object.text("name", column.name);
        object.text("type", catalog.type_name(column.type));
        object.boolean("notNull", column.not_null);
        if (!column.comment.empty()) object.text("comment", column.comment);
    });
}

void write_indexes(std::string& out, const catalog::Relation& relation) {
    write_objects(out, relation.indexes, [&](ObjectWriter& object, const catalog::Index& index) {
        object.text("name", index.name);
        object.text("method", index.method);
        object.boolean("unique", index.unique);
        object.boolean("valid", index.valid);
        std::vector<std::string> columns;
        for (const catalog::AttributeNumber number : index.columns) {
            const catalog::Column* column = relation.column(number);
            columns.push_back(column == nullptr ? "(expression)" : column->name);
        }
        write_texts(object.begin("columns"), columns);
        if (!index.predicate.empty()) object.text("where", index.predicate);
    });
}

/// The root fields of one binding; empty where it has none.
template <class Binding>
void write_roots(ObjectWriter& object,
                 const std::map<const Binding*, std::vector<std::string>>& roots,
                 const Binding& binding) {
    const auto found = roots.find(&binding);
    write_texts(object.begin("roots"),
                found == roots.end() ? std::vector<std::string>() : found->second);
}

void write_entity(ObjectWriter& object, const schema::Model& model, const RootFields& roots,
                  const schema::Entity& entity) {
    object.text("name", entity.type_name);
    write_roots(object, roots.of_entity, entity);
    write_fields(object.begin("fields"), model, entity);
    if (entity.cache) object.boolean("cached", entity.cache->usable());
}

std::string relation_json(const schema::Model& model, const catalog::Relation& relation) {
    std::string out;
    {
        ObjectWriter object(out);
        object.text("id", id_of(relation));
        object.text("kind", catalog::describe(relation.kind));
        object.text("name", name_of(relation));
        object.text("owner", relation.owner.name);
        object.boolean("rowSecurity", relation.row_security);
        if (relation.is_view()) object.boolean("securityInvoker", relation.security_invoker);
        if (relation.estimated_rows >= 0) object.number("rows", relation.estimated_rows);
        object.text("comment", relation.comment);
        object.text("definition", relation.definition);
        write_columns(object.begin("columns"), model.catalog, relation);
        write_indexes(object.begin("indexes"), relation);
        const RootFields roots(model);
        std::vector<const schema::Entity*> types;
        for (const schema::Entity& entity : model.entities)
            if (entity.relation == &relation) types.push_back(&entity);
        write_objects(object.begin("types"), types,
                      [&](ObjectWriter& type, const schema::Entity* entity) {
                          write_entity(type, model, roots, *entity);
                      });
    }
    return out;
}

std::string function_json(const schema::Model& model, const schema::FunctionBinding& binding) {
    const catalog::Function& function = *binding.function;
    std::string out;
    {
        ObjectWriter object(out);
        object.text("id", id_of(function));
        object.text("kind", "function");
        object.text("name", function.schema + '.' + function.name);
        object.text("owner", function.owner.name);
        object.boolean("securityDefiner", function.security_definer);
        object.text("language", function.language);
        object.text("comment", function.comment);
        write_roots(object, RootFields(model).of_function, binding);
        std::vector<const catalog::Argument*> inputs;
        for (const catalog::Argument& argument : function.arguments)
            if (argument.is_input()) inputs.push_back(&argument);
        write_objects(object.begin("columns"), inputs,
                      [&](ObjectWriter& column, const catalog::Argument* argument) {
                          column.text("name", argument->name);
                          column.text("type", model.catalog.type_name(argument->type));
                          column.boolean("notNull", !argument->has_default);
                      });
    }
    return out;
}

}  // namespace

std::string schema_graph_json(const schema::Model& model) {
    const Graph graph(model);
    const Entities entities = entities_of(model);
    std::vector<std::variant<const catalog::Relation*, const catalog::Function*>> nodes(
        graph.relations.begin(), graph.relations.end());
    std::vector<std::vector<std::string>> edges;
    for (const auto& [from, to] : graph.edges)
        edges.push_back({id_of(*from), id_of(*to)});
    for (const schema::FunctionBinding& binding : model.functions) {
        nodes.emplace_back(binding.function);
        const schema::Entity* entity = binding.result.entity;
        if (entity != nullptr)
            edges.push_back({id_of(*binding.function), id_of(*entity->relation)});
    }
    std::string out;
    {
        ObjectWriter object(out);
        write_objects(object.begin("nodes"), nodes, [&](ObjectWriter& node, const auto& of) {
            std::visit([&](const auto* each) { write_node(node, *each, entities); }, of);
        });
        write_list(object.begin("edges"), edges,
                   [&](const std::vector<std::string>& ends) { write_texts(out, ends); });
    }
    return out;
}

std::optional<std::string> schema_node_json(const schema::Model& model, std::string_view id) {
    Oid oid = 0;
    const auto read = std::from_chars(id.data() + std::min<std::size_t>(1, id.size()),
                                      id.data() + id.size(), oid);
    if (read.ec != std::errc() || read.ptr != id.data() + id.size()) return std::nullopt;
    if (id.front() == 'f')
        for (const schema::FunctionBinding& binding : model.functions)
            if (binding.function->oid == oid) return function_json(model, binding);
    if (id.front() != 'r') return std::nullopt;
    const catalog::Relation* relation = model.catalog.relation(oid);
    if (relation == nullptr) return std::nullopt;
    return relation_json(model, *relation);
}

}  // namespace fraiseql::server
