// SPDX-License-Identifier: MIT
// Draft: the schema and its bindings while they are being built.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graphql/schema.hpp"
#include "schema/model.hpp"

namespace fraiseql::schema {

/// Fields are known by type and name until the schema is built and gives them numbers. But for the
/// root types, which have very many, the name of the type is one key for all of them.
using FieldKey = std::pair<std::string, std::string>;

/// The names of the root types, of scalars and of what every schema has.
std::unordered_set<std::string> reserved_type_names();

/// What the passes of build_model add to. Catalog and lineage are complete before the first pass.
struct Draft {
    Model& model;
    ModelOptions options = {};
    graphql::SchemaBuilder builder = {};
    std::map<std::string, std::map<std::string, FieldBinding>, std::less<>> fields = {};
    std::map<std::string, std::map<std::string, InputBinding>> inputs = {};
    std::map<FieldKey, RootBinding> roots = {};
    std::map<FieldKey, PayloadBinding> payload_fields = {};
    std::vector<Error> errors = {};
    std::unordered_map<catalog::Oid, const Entity*> by_relation = {};
    /// Names of types that are taken, also by types that are still to be built, or never are.
    std::unordered_set<std::string> type_names = reserved_type_names();
    /// The scalars and enums that are part of the schema.
    std::unordered_set<std::string> leaf_names = {};
    /// The scalars that the application makes; the schema copies them.
    std::deque<graphql::Scalar> own_scalars = {};
    /// What enums are called in GraphQL.
    std::unordered_map<catalog::Oid, std::string> enum_names = {};

    /// The filters of values: by the name that they would like to have and by what can be asked.
    std::map<std::pair<std::string, std::vector<OperatorFamily>>, std::string> filters = {};
    /// Order inputs that have members.
    std::unordered_set<std::string> order_inputs = {};
    /// Entities whose rows can be aggregated.
    std::unordered_set<const Entity*> aggregated = {};

    /// The rules in the comments on columns that were read already.
    std::map<std::pair<catalog::Oid, catalog::AttributeNumber>, std::vector<const Rule*>>
        column_rules = {};

    /// Returns the entity of `relation`, or nullptr.
    const Entity* entity_of(catalog::Oid relation) const;
    /// Returns the binding of a field, or nullptr.
    FieldBinding* field(const std::string& type, const std::string& name);
    /// Returns those of all fields of `type`, by name.
    const std::map<std::string, FieldBinding>& fields_of(std::string_view type) const;
    /// Notes that something is left out or less exact, and why.
    void find(std::string subject, std::string message, std::string hint = {});
    /// Returns `wanted`, or a variation of it that no type has yet; it is taken from then on.
    std::string take_type_name(const std::string& wanted);
    /// Returns the leaf of `type` under the name `name` (see leaf_of); enums have the name that was
    /// chosen for them.
    Leaf leaf(catalog::Oid type, std::string_view name) const;
    /// Makes sure that the scalar or enum behind `leaf` is part of the schema, and returns the
    /// field type as text: "Int", "[String]", with "!" where not nullable.
    std::string use_leaf(const Leaf& leaf, catalog::Oid type, bool nullable);
};

/// How early a schema comes in the search_path; those that are not in it come last.
std::size_t schema_rank(const catalog::Catalog& catalog, std::string_view schema);

/// "view public.v_post", for findings and errors.
std::string subject_of(const catalog::Relation& relation);
/// "function public.fn_x(integer, text)".
std::string subject_of(const catalog::Catalog& catalog, const catalog::Function& function);

/// Returns the column `data` of JSON, if there is one.
std::optional<catalog::AttributeNumber> document_column(const catalog::Catalog& catalog,
                                                        const catalog::Relation& relation);
/// Returns the column that identifies a row, if there is one.
std::optional<catalog::AttributeNumber> key_column(const catalog::Relation& relation);

/// Adds the object type `name` for a document that is no entity's: a row or JSON that a function
/// returns. Returns the type of a field that has that shape, as text: "[Line!]", "String!".
std::string add_document_type(Draft& draft, const std::string& subject, const lineage::Shape& shape,
                              const std::string& name, std::string_view key, FieldBinding& binding);

/// Adds the filter and order inputs of `type`, an object type of rows that a function returns.
void build_row_inputs(Draft& draft, const std::string& type);

/// The passes, in this order.
void choose_entities(Draft& draft);
void choose_enum_names(Draft& draft);
void build_object_types(Draft& draft);
void apply_rules(Draft& draft);
void build_inputs(Draft& draft);
void build_list_arguments(Draft& draft);
void build_aggregates(Draft& draft);
void build_root_fields(Draft& draft);
void build_as_of(Draft& draft);
void build_function_fields(Draft& draft);
/// With ModelOptions::relations: what code reads, besides what clients do.
void build_relations(Draft& draft);

}  // namespace fraiseql::schema
