// SPDX-License-Identifier: MIT
#include "schema/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/scalars.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

/// Returns the enum type behind a scalar, array or domain type, or nullptr.
const catalog::Type* enum_behind(const catalog::Catalog& catalog, catalog::Oid oid) {
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    if (type != nullptr && type->kind == catalog::Type::Kind::Array)
        return enum_behind(catalog, type->element);
    return type != nullptr && type->kind == catalog::Type::Kind::Enum ? type : nullptr;
}

void add_enum(Draft& draft, const std::string& name, const catalog::Type& type) {
    if (const std::string plain = pascal_case(type.name); name != plain)
        draft.find(fmt::format("enum {}.{}", type.schema, type.name),
                   fmt::format("has the type {}, because {} is taken.", name, plain),
                   "Of enums with one name, that of the first schema in the search_path keeps it; "
                   "names of views come before those of enums.");
    graphql::TypeSpec& spec = draft.builder.add(graphql::TypeKind::Enum, name);
    if (!type.comment.empty()) spec.description = type.comment;
    for (const std::string& label : type.labels)
        spec.values.push_back({.name = label});
}

}  // namespace

std::unordered_set<std::string> reserved_type_names() {
    std::unordered_set<std::string> names = {"Query", "Mutation", "Subscription", "OrderDirection",
                                             "PageInfo"};
    for (const graphql::Scalar& scalar : graphql::scalars())
        names.emplace(scalar.name);
    return names;
}

const Entity* Draft::entity_of(catalog::Oid relation) const {
    auto found = by_relation.find(relation);
    return found == by_relation.end() ? nullptr : found->second;
}

FieldBinding* Draft::field(const std::string& type, const std::string& name) {
    const auto bindings = fields.find(type);
    if (bindings == fields.end()) return nullptr;
    const auto found = bindings->second.find(name);
    return found == bindings->second.end() ? nullptr : &found->second;
}

const std::map<std::string, FieldBinding>& Draft::fields_of(std::string_view type) const {
    static const std::map<std::string, FieldBinding> kNone;
    const auto found = fields.find(type);
    return found == fields.end() ? kNone : found->second;
}

void Draft::find(std::string subject, std::string message, std::string hint) {
    model.findings.push_back({std::move(subject), std::move(message), std::move(hint)});
}

std::string Draft::take_type_name(const std::string& wanted) {
    std::string name = wanted;
    for (int n = 1; !type_names.insert(name).second; ++n)
        name = n == 1 ? wanted + "Object" : fmt::format("{}Object{}", wanted, n);
    return name;
}

Leaf Draft::leaf(catalog::Oid oid, std::string_view name) const {
    Leaf leaf = leaf_of(model.catalog, oid, name);
    const catalog::Type* type = enum_behind(model.catalog, oid);
    // A domain that is called like a scalar shows as that, also over an enum.
    if (type == nullptr || leaf.type != pascal_case(type->name)) return leaf;
    if (auto found = enum_names.find(type->oid); found != enum_names.end())
        leaf.type = found->second;
    return leaf;
}

std::string Draft::use_leaf(const Leaf& leaf, catalog::Oid oid, bool nullable) {
    if (leaf_names.insert(leaf.type).second) {
        if (const graphql::Scalar* scalar = graphql::find_scalar(leaf.type))
            builder.add_scalar(*scalar);
        else if (const catalog::Type* type = enum_behind(model.catalog, oid))
            add_enum(*this, leaf.type, *type);
    }
    std::string text = leaf.list ? "[" + leaf.type + "]" : leaf.type;
    return nullable ? text : text + "!";
}

std::size_t schema_rank(const catalog::Catalog& catalog, std::string_view schema) {
    auto path = catalog.search_path();
    return static_cast<std::size_t>(std::find(path.begin(), path.end(), schema) - path.begin());
}

void choose_enum_names(Draft& draft) {
    std::vector<const catalog::Type*> enums;
    for (const catalog::Type& type : draft.model.catalog.types())
        if (is_graphql_enum(type)) enums.push_back(&type);
    std::stable_sort(enums.begin(), enums.end(), [&](const auto* a, const auto* b) {
        return schema_rank(draft.model.catalog, a->schema) <
               schema_rank(draft.model.catalog, b->schema);
    });
    for (const catalog::Type* type : enums) {
        std::string name = pascal_case(type->name);
        if (!draft.type_names.insert(name).second)
            name = draft.take_type_name(pascal_case(type->schema) + name);
        draft.enum_names[type->oid] = std::move(name);
    }
}

std::string subject_of(const catalog::Relation& relation) {
    return fmt::format("{} {}.{}", describe(relation.kind), relation.schema, relation.name);
}

std::string subject_of(const catalog::Catalog& catalog, const catalog::Function& function) {
    std::string arguments;
    for (const catalog::Argument& argument : function.arguments) {
        if (!argument.is_input()) continue;
        if (!arguments.empty()) arguments += ", ";
        arguments += catalog.type_name(argument.type);
    }
    return fmt::format("function {}.{}({})", function.schema, function.name, arguments);
}

}  // namespace fraiseql::schema
