// SPDX-License-Identifier: MIT
// Which relations clients may read, and what their types are called.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalog/annotation.hpp"
#include "schema/chosen_name.hpp"
#include "schema/column_annotations.hpp"
#include "schema/cost_annotation.hpp"
#include "schema/draft.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Relation;

const std::vector<std::string_view> kRelationAnnotations = {
    "name", "expose", "hide", "field", "refresh", "cost", "authorize", "cache"};

bool has_read_prefix(std::string_view name) {
    return name.starts_with("v_") || name.starts_with("tv_") || name.starts_with("mv_");
}

/// v_ before tv_ and mv_, so that of two relations with one name the view keeps it.
int rank(const Relation& relation) {
    if (relation.name.starts_with("v_")) return 0;
    if (relation.name.starts_with("tv_")) return 1;
    return relation.name.starts_with("mv_") ? 2 : 3;
}

/// A single word in the plural names its rows' type in the singular: v_users → User.
std::string default_name(const Relation& relation) {
    std::string name(entity_name(relation.name));
    if (name.find('_') == std::string::npos) name = singular(name);
    return pascal_case(name);
}

bool is_exposed(Draft& draft, const Relation& relation, const catalog::Annotations& annotations) {
    if (annotations.has("hide") || relation.from_extension) return false;
    if (!has_read_prefix(relation.name) && !annotations.has("expose")) return false;
    // Policies of the table do not hold for who asks a partition by its own name.
    if (relation.is_partition && !annotations.has("expose")) return false;
    if (!relation.can_select) {
        draft.find(subject_of(relation), "is not exposed: the role may not SELECT from it.",
                   fmt::format("GRANT SELECT ON {}.{} TO {};", relation.schema, relation.name,
                               draft.model.catalog.current_user().name));
        return false;
    }
    return true;
}

/// Tries the plain name; then with its schema before it (SalesTicket) where a relation of another
/// schema has that, else with the relation's own prefix (TvUser).
std::string unique_name(Draft& draft, const Relation& relation) {
    const std::string plain = default_name(relation);
    const std::string prefixed = pascal_case(relation.name);
    const std::string qualified = pascal_case(relation.schema) + plain;
    const auto& all = draft.model.entities;
    const auto holder = std::find_if(
        all.begin(), all.end(), [&](const Entity& entity) { return entity.type_name == plain; });
    const bool own_schema = holder == all.end() || holder->relation->schema == relation.schema;
    for (const std::string& name :
         {plain, own_schema ? prefixed : qualified, own_schema ? qualified : prefixed,
          pascal_case(relation.schema) + prefixed})
        if (draft.type_names.insert(name).second) {
            if (name != plain)
                draft.find(subject_of(relation),
                           fmt::format("has the type {}, because {} is taken.", name, plain),
                           "COMMENT ON it with the line '@name …' to choose another.");
            return name;
        }
    return draft.take_type_name(prefixed);
}

void add_cache(Draft& draft, Entity& entity, const catalog::Annotation& line) {
    auto rule = read_cache_rule(draft.model.catalog, *entity.relation, line.arguments);
    if (!rule) {
        rule.error().message =
            fmt::format("{}, line {} of its comment: {}", subject_of(*entity.relation), line.line,
                        rule.error().message);
        draft.errors.push_back(std::move(rule).error());
        return;
    }
    if (!rule->problem.empty()) {
        draft.find(subject_of(*entity.relation), "is not cached: " + rule->problem, rule->remedy);
    }
    entity.cache = std::make_shared<const CacheRule>(std::move(*rule));
}

void add_entity(Draft& draft, const Relation& relation, const catalog::Annotations& annotations) {
    auto chosen = chosen_name(annotations, subject_of(relation));
    if (!chosen) return draft.errors.push_back(std::move(chosen).error());
    std::string name;
    if (*chosen) {
        name = **chosen;
        if (!draft.type_names.insert(name).second) {
            draft.errors.push_back(
                {.code = ErrorCode::Configuration,
                 .message = fmt::format("{}: the name {} is taken by another type.",
                                        subject_of(relation), name),
                 .hint = "Change the '@name' line of its comment."});
            return;
        }
    } else {
        name = unique_name(draft, relation);
    }
    Entity& entity = draft.model.entities.emplace_back();
    entity.relation = &relation;
    entity.type_name = std::move(name);
    entity.document = document_column(draft.model.catalog, relation);
    entity.key = key_column(relation);
    if (auto read = read_costs(annotations, entity); !read) draft.errors.push_back(read.error());
    if (const catalog::Annotation* line = annotations.find("cache"))
        add_cache(draft, entity, *line);
    draft.by_relation[relation.oid] = &entity;
}

}  // namespace

std::optional<catalog::AttributeNumber> document_column(const catalog::Catalog& catalog,
                                                        const Relation& relation) {
    for (const catalog::Column& column : relation.columns)
        if (column.name == "data" && catalog::is_json(catalog.base_type(column.type)))
            return column.number;
    return std::nullopt;
}

std::optional<catalog::AttributeNumber> key_column(const Relation& relation) {
    const catalog::Column* id = relation.column("id");
    if (id != nullptr) return id->number;
    if (const catalog::Index* primary = relation.primary_key();
        primary != nullptr && primary->columns.size() == 1)
        return primary->columns[0];
    for (const catalog::Index& index : relation.indexes)
        if (index.unique && index.valid && !index.has_expressions && index.predicate.empty() &&
            index.columns.size() == 1)
            return index.columns[0];
    return std::nullopt;
}

void choose_entities(Draft& draft) {
    struct Candidate {
        const Relation* relation;
        catalog::Annotations annotations;
    };
    std::vector<Candidate> candidates;
    for (const Relation& relation : draft.model.catalog.relations()) {
        catalog::Annotations annotations = catalog::read_annotations(relation.comment);
        if (!is_exposed(draft, relation, annotations)) continue;
        for (Error& error :
             unknown_annotations(annotations, subject_of(relation), kRelationAnnotations))
            draft.errors.push_back(std::move(error));
        candidates.push_back({&relation, std::move(annotations)});
    }
    // Chosen names first, then by how near a relation is to the plain name.
    std::stable_sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
        auto order = [&](const Candidate& c) {
            return std::tuple(!c.annotations.has("name"),
                              schema_rank(draft.model.catalog, c.relation->schema),
                              rank(*c.relation));
        };
        return order(a) < order(b);
    });
    for (const Candidate& candidate : candidates)
        add_entity(draft, *candidate.relation, candidate.annotations);
    check_column_annotations(draft);
}

}  // namespace fraiseql::schema
