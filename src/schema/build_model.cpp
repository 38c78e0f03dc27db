// SPDX-License-Identifier: MIT
// The passes from a catalog to a model, and the side tables by field number.
#include <fmt/format.h>

#include "schema/cost_annotation.hpp"
#include "schema/definitions.hpp"
#include "schema/draft.hpp"
#include "schema/refresh.hpp"

namespace fraiseql::schema {
namespace {

/// All of them in one error: a person mends a database in one go.
Error together(const std::vector<Error>& errors) {
    Error all = errors.front();
    for (std::size_t i = 1; i < errors.size(); ++i) {
        all.message += '\n' + errors[i].message;
        if (all.hint.empty()) all.hint = errors[i].hint;
    }
    return all;
}

Error nothing_to_expose(const catalog::Catalog& catalog) {
    return {.code = ErrorCode::Configuration,
            .message = fmt::format("The database \"{}\" has nothing to expose to role \"{}\".",
                                   catalog.database(), catalog.current_user().name),
            .hint =
                "Create a view v_<name> with a column data (jsonb), or mark any relation with "
                "COMMENT ON … IS '@expose'; the role needs SELECT on it and USAGE on its schema."};
}

template <class Binding>
void fill(const graphql::Schema& schema, std::map<FieldKey, Binding>& from,
          std::vector<Binding>& to) {
    to.resize(schema.field_count());
    for (auto& [key, binding] : from)
        if (const graphql::NamedType* type = schema.type(key.first))
            if (const graphql::FieldDef* field = type->field(key.second))
                to[field->id] = std::move(binding);
}

void fill_fields(Draft& draft) {
    Model& model = draft.model;
    model.fields.resize(model.schema->field_count());
    for (auto& [type_name, bindings] : draft.fields) {
        const graphql::NamedType* type = model.schema->type(type_name);
        if (type == nullptr) continue;
        for (auto& [name, binding] : bindings)
            if (const graphql::FieldDef* field = type->field(name))
                model.fields[field->id] = std::move(binding);
    }
    draft.fields.clear();
}

void fill_inputs(Draft& draft) {
    auto& inputs = draft.model.inputs;
    for (auto& [type, bindings] : draft.inputs)
        for (auto& [name, binding] : bindings)
            inputs.emplace_hint(inputs.end(), std::pair(type, name), std::move(binding));
}

void check_refreshes(Draft& draft) {
    const auto refreshes = read_refreshes(draft.model.catalog);
    if (!refreshes) return draft.errors.push_back(refreshes.error());
    for (const Refresh& refresh : *refreshes)
        if (auto obstacle = find_obstacle(draft.model.catalog, refresh))
            draft.model.findings.push_back(std::move(*obstacle));
}

}  // namespace

Result<std::shared_ptr<const Model>> build_model(catalog::Catalog source,
                                                 const ModelOptions& options) {
    auto model = std::make_shared<Model>(Model{.catalog = std::move(source)});
    FRAISEQL_TRY(model->lineage, lineage::Lineage::of(model->catalog));
    model->views = std::make_shared<const rewrite::Views>(model->catalog);
    Draft draft{.model = *model, .options = options};
    choose_entities(draft);
    choose_enum_names(draft);
    build_object_types(draft);
    apply_rules(draft);
    build_inputs(draft);
    build_list_arguments(draft);
    apply_costs(draft);
    build_aggregates(draft);
    build_root_fields(draft);
    build_as_of(draft);
    build_function_fields(draft);
    build_definitions(draft);
    if (options.relations) build_relations(draft);
    check_refreshes(draft);
    check_authorizers(draft);
    if (!draft.errors.empty()) return fail(together(draft.errors));
    // Code may have something to read where clients have not.
    if (model->entities.empty() && !options.relations && model->definitions == nullptr)
        return fail(nothing_to_expose(model->catalog));
    FRAISEQL_TRY(model->schema, draft.builder.build());
    // Of all that is made on the way, the specs take the most memory: what comes next has theirs.
    draft.builder = {};
    fill_fields(draft);
    fill(*model->schema, draft.roots, model->roots);
    fill(*model->schema, draft.payload_fields, model->payload_fields);
    fill_inputs(draft);
    model->entity_of_type.resize(model->schema->types().size());
    for (const Entity& entity : model->entities)
        if (const graphql::NamedType* type = model->schema->type(entity.type_name))
            model->entity_of_type[type->id] = &entity;
    return std::shared_ptr<const Model>(std::move(model));
}

}  // namespace fraiseql::schema
