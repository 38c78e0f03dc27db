// SPDX-License-Identifier: MIT
// The fields of Query, one row by its key and lists with paging; and the same of Subscription.
#include <fmt/format.h>

#include <utility>

#include "schema/draft.hpp"
#include "schema/inputs.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

/// `UserWithStats` → `userWithStats`.
std::string field_name_of(std::string_view type_name) { return camel_case(type_name); }

/// The plural of the last word: `userWithStats` → `userWithStats`, `post` → `posts`.
std::string plural_of(std::string_view singular_name) {
    // plural() looks at the end of the text: the last camelCase word must stand alone for it.
    std::size_t word = singular_name.size();
    while (word > 0 && !(singular_name[word - 1] >= 'A' && singular_name[word - 1] <= 'Z'))
        --word;
    if (word > 0) --word;
    std::string last(singular_name.substr(word));
    const char first = last.empty() ? '\0' : last[0];
    if (!last.empty() && first >= 'A' && first <= 'Z')
        last[0] = static_cast<char>(first - 'A' + 'a');
    std::string many = plural(last);
    if (!many.empty()) many[0] = singular_name[word];
    return std::string(singular_name.substr(0, word)) + many;
}

class RootWriter {
  public:
    explicit RootWriter(Draft& draft) : draft_(draft) {
        for (const catalog::Function* each :
             draft.model.catalog.functions("fraiseql", "planned_rows"))
            has_planned_rows_ = each->can_execute;
        for (const catalog::Function* each :
             draft.model.catalog.functions("turbo", "live_versions"))
            has_subscriptions_ = each->can_execute;
    }

    void write(const Entity& entity) {
        live_ = has_subscriptions_ && tells_changes(entity);
        const std::string name = field_name_of(entity.type_name);
        if (entity.key) add_one(entity, name);
        const std::string many = plural_of(name);
        add_many(entity, many == name ? many + "List" : many);
        if (entity.key) add_connection(entity, many);
        if (draft_.aggregated.contains(&entity)) add_aggregate(entity, many);
    }

    std::vector<graphql::FieldSpec> fields = {};
    std::vector<graphql::FieldSpec> subscriptions = {};

  private:
    /// Whether it is known when an answer that reads the entity changes.
    bool tells_changes(const Entity& entity) {
        const auto rule = read_cache_rule(draft_.model.catalog, *entity.relation, "");
        if (rule && rule->usable()) return true;
        if (rule)
            draft_.find(subject_of(*entity.relation), "cannot be subscribed to: " + rule->problem,
                        lacks_triggers(*rule) ? "Run `fraiseql db install subscriptions` again: "
                                                "it adds triggers that do."
                                              : rule->remedy);
        return false;
    }

    /// Whether all that is missing are triggers.
    static bool lacks_triggers(const CacheRule& rule) { return !rule.untracked.empty(); }

    void add_one(const Entity& entity, const std::string& name) {
        const catalog::Column* column = entity.relation->column(*entity.key);
        const std::string argument = camel_case(bare_column(column->name));
        Leaf leaf = draft_.leaf(column->type, column->name);
        graphql::FieldSpec field{.name = name, .type = entity.type_name};
        field.description =
            fmt::format("The {} with this {}, or null.", entity.type_name, argument);
        field.args.push_back(
            {.name = argument, .type = draft_.use_leaf(leaf, column->type, false)});
        add(entity, std::move(field), RootBinding::Kind::One);
    }

    void add_many(const Entity& entity, const std::string& name) {
        graphql::FieldSpec field{.name = name, .type = "[" + entity.type_name + "!]!"};
        add_criteria(entity, field);
        field.args.push_back({.name = "limit",
                              .type = "Int",
                              .description = "At most so many rows; the server has a default and a "
                                             "maximum."});
        field.args.push_back(
            {.name = "offset", .type = "Int", .description = "Leave out so many rows first."});
        add(entity, std::move(field), RootBinding::Kind::Many);
    }

    /// Paging by cursors (GraphQL Cursor Connections); it takes a key to tell rows apart.
    void add_connection(const Entity& entity, const std::string& many) {
        const std::string type = entity.type_name + "Connection";
        if (!add_connection_types(entity, type)) return;
        graphql::FieldSpec field{.name = many + "Connection", .type = type + "!"};
        add_criteria(entity, field);
        field.args.push_back(
            {.name = "first", .type = "Int", .description = "At most so many rows."});
        field.args.push_back(
            {.name = "after", .type = "String", .description = "Only rows behind this cursor."});
        field.args.push_back({.name = "last",
                              .type = "Int",
                              .description = "At most so many rows, counted from the end."});
        field.args.push_back(
            {.name = "before", .type = "String", .description = "Only rows ahead of this cursor."});
        add(entity, std::move(field), RootBinding::Kind::Connection);
    }

    void add_aggregate(const Entity& entity, const std::string& many) {
        const std::string type = entity.type_name + "Aggregate";
        graphql::FieldSpec field{.name = many + "Aggregate", .type = "[" + type + "!]!"};
        field.description =
            "One row for each group, in the order of their keys; one row for all "
            "where nothing is grouped.";
        field.args.push_back({.name = "where", .type = where_input(entity.type_name)});
        field.args.push_back({.name = "groupBy", .type = "[" + type + "GroupByInput!]"});
        field.args.push_back({.name = "having", .type = type + "HavingInput"});
        field.args.push_back({.name = "limit", .type = "Int"});
        field.args.push_back({.name = "offset", .type = "Int"});
        add(entity, std::move(field), RootBinding::Kind::Aggregate);
    }

    bool add_connection_types(const Entity& entity, const std::string& type) {
        const std::string edge = entity.type_name + "Edge";
        if (draft_.type_names.contains(type) || draft_.type_names.contains(edge)) {
            draft_.find(subject_of(*entity.relation),
                        fmt::format("has no connection: the name {} or {} is taken.", type, edge));
            return false;
        }
        draft_.type_names.insert({type, edge});
        add_page_info();
        graphql::TypeSpec& edges = draft_.builder.add(graphql::TypeKind::Object, edge);
        edges.fields = {{.name = "node", .type = entity.type_name + "!"},
                        {.name = "cursor",
                         .type = "String!",
                         .description = "Opaque; good for the same orderBy only."}};
        // Scalars may be added after it, and move it.
        const std::size_t at = draft_.builder.types.size();
        draft_.builder.add(graphql::TypeKind::Object, type).fields = {
            {.name = "edges", .type = "[" + edge + "!]!"},
            {.name = "nodes", .type = "[" + entity.type_name + "!]!"},
            {.name = "pageInfo", .type = "PageInfo!"},
            {.name = "totalCount",
             .type = "Int!",
             .description = "All rows that the filter lets through; counted only when asked for."}};
        if (has_statistics(*entity.relation)) {
            const std::string big = draft_.use_leaf({.type = "BigInt"}, 0, true);
            draft_.builder.types[at].fields.push_back(
                {.name = "estimatedCount",
                 .type = big,
                 .description =
                     "About so many rows there are, by PostgreSQL's statistics and "
                     "without counting; null before the first ANALYZE. Not with where."});
        }
        if (has_planned_rows_) {
            const std::string big = draft_.use_leaf({.type = "BigInt"}, 0, false);
            draft_.builder.types[at].fields.push_back(
                {.name = "plannedCount",
                 .type = big,
                 .description =
                     "About so many rows the filter lets through, as PostgreSQL's planner expects "
                     "without counting."});
        }
        return true;
    }

    /// Views have no statistics, and those of a table under row-level security count the rows that
    /// the caller must not see.
    static bool has_statistics(const catalog::Relation& relation) {
        return relation.kind != catalog::Relation::Kind::View && !relation.row_security;
    }

    void add_page_info() {
        if (std::exchange(has_page_info_, true)) return;
        for (const char* scalar : {"Boolean", "String", "Int"})
            draft_.use_leaf({.type = scalar}, 0, true);
        graphql::TypeSpec& info = draft_.builder.add(graphql::TypeKind::Object, "PageInfo");
        info.fields = {{.name = "hasNextPage", .type = "Boolean!"},
                       {.name = "hasPreviousPage", .type = "Boolean!"},
                       {.name = "startCursor", .type = "String"},
                       {.name = "endCursor", .type = "String"}};
    }

    void add_criteria(const Entity& entity, graphql::FieldSpec& field) const {
        field.args.push_back({.name = "where", .type = where_input(entity.type_name)});
        if (draft_.order_inputs.contains(order_input(entity.type_name)))
            field.args.push_back({.name = "orderBy",
                                  .type = "[" + order_input(entity.type_name) + "!]",
                                  .description =
                                      "The first criterion counts most. Equal rows are in "
                                      "the order of their key."});
    }

    void add(const Entity& entity, graphql::FieldSpec field, RootBinding::Kind kind) {
        auto [existing, added] = draft_.roots.emplace(FieldKey("Query", field.name),
                                                      RootBinding{.kind = kind, .entity = &entity});
        if (!added) {
            draft_.find(subject_of(*entity.relation),
                        fmt::format("Query.{} is not exposed: {} has that name already.",
                                    field.name, subject_of(*existing->second.entity->relation)),
                        "COMMENT ON it with the line '@name …' to choose another.");
            return;
        }
        if (live_) {
            draft_.roots.emplace(FieldKey("Subscription", field.name), existing->second);
            subscriptions.push_back(field);
        }
        fields.push_back(std::move(field));
    }

    Draft& draft_;
    bool has_page_info_ = false;
    /// `fraiseql db install counts`.
    bool has_planned_rows_ = false;
    /// `fraiseql db install subscriptions`.
    bool has_subscriptions_ = false;
    /// The entity that is being written can be subscribed to.
    bool live_ = false;
};

}  // namespace

void build_root_fields(Draft& draft) {
    RootWriter writer(draft);
    for (const Entity& entity : draft.model.entities)
        writer.write(entity);
    graphql::TypeSpec& query = draft.builder.add(graphql::TypeKind::Object, "Query");
    query.description = "Reading: one SQL statement for each operation.";
    query.fields = std::move(writer.fields);
    draft.builder.query = "Query";
    if (writer.subscriptions.empty()) return;
    graphql::TypeSpec& subscription = draft.builder.add(graphql::TypeKind::Object, "Subscription");
    subscription.description =
        "What a query would answer: at once, and again whenever that has become another answer.";
    subscription.fields = std::move(writer.subscriptions);
    draft.builder.subscription = "Subscription";
}

}  // namespace fraiseql::schema
