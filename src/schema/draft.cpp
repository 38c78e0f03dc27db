// SPDX-License-Identifier: MIT
#include "schema/draft.hpp"

#include <fmt/format.h>

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
    graphql::TypeSpec& spec = draft.builder.add(graphql::TypeKind::Enum, name);
    if (!type.comment.empty()) spec.description = type.comment;
    for (const std::string& label : type.labels)
        spec.values.push_back({.name = label});
}

}  // namespace

const Entity* Draft::entity_of(catalog::Oid relation) const {
    auto found = by_relation.find(relation);
    return found == by_relation.end() ? nullptr : found->second;
}

void Draft::find(std::string subject, std::string message, std::string hint) {
    model.findings.push_back({std::move(subject), std::move(message), std::move(hint)});
}

std::string Draft::take_type_name(const std::string& wanted) {
    std::string name = wanted;
    for (int n = 1; graphql::find_scalar(name) != nullptr || !type_names.insert(name).second; ++n)
        name = n == 1 ? wanted + "Object" : fmt::format("{}Object{}", wanted, n);
    return name;
}

std::string Draft::use_leaf(const Leaf& leaf, catalog::Oid oid, bool nullable) {
    if (type_names.insert(leaf.type).second) {
        if (const graphql::Scalar* scalar = graphql::find_scalar(leaf.type))
            builder.add_scalar(*scalar);
        else if (const catalog::Type* type = enum_behind(model.catalog, oid))
            add_enum(*this, leaf.type, *type);
    }
    std::string text = leaf.list ? "[" + leaf.type + "]" : leaf.type;
    return nullable ? text : text + "!";
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
