// SPDX-License-Identifier: MIT
// The fields of Mutation: functions with named parameters, and what they give back.
#include <fmt/format.h>

#include <algorithm>

#include "catalog/annotation.hpp"
#include "schema/draft.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Argument;
using catalog::Function;

const std::vector<std::string_view> kFunctionAnnotations = {"name", "expose", "hide", "returns"};

/// `fn_create_post` → `create_post`; functions without the prefix keep their name.
std::string_view operation_name(const Function& function) {
    std::string_view name = function.name;
    if (name.starts_with("fn_") && name.size() > 3) name.remove_prefix(3);
    return name;
}

bool is_candidate(const Function& function, const catalog::Annotations& annotations) {
    if (annotations.has("hide") || function.from_extension) return false;
    const std::string_view name = function.name;
    return name.starts_with("fn_") || name.starts_with("refresh_") || annotations.has("expose");
}

/// Says why a function cannot be called from GraphQL, or nothing.
std::string why_not(const catalog::Catalog& catalog, const Function& function) {
    if (!function.can_execute) return "the role may not EXECUTE it";
    if (function.kind != Function::Kind::Function) return "only functions can be called, not procedures";
    if (function.volatility != Function::Volatility::Volatile)
        return "it is not VOLATILE; functions that only read are not exposed yet";
    if (function.returns_set) return "functions that return sets are not exposed yet";
    const catalog::Type* result = catalog.type(function.return_type);
    if (function.return_type != catalog::kVoid &&
        (result == nullptr || result->kind == catalog::Type::Kind::Pseudo ||
         result->kind == catalog::Type::Kind::Composite))
        return fmt::format("it returns {}, which is not a scalar", catalog.type_name(function.return_type));
    for (const Argument& argument : function.arguments) {
        if (argument.mode != Argument::Mode::In)
            return "it has OUT, INOUT, TABLE or VARIADIC parameters, which are not exposed yet";
        const catalog::Type* type = catalog.type(argument.type);
        if (argument.name.empty()) return "it has a parameter without a name";
        if (type == nullptr || type->kind == catalog::Type::Kind::Pseudo)
            return fmt::format("its parameter {} has a type that has no input", argument.name);
    }
    return {};
}

/// The entity whose key the function returns: the one of `@returns`, or the longest entity name
/// that ends the function's: create_blog_post → blog_post before post.
const Entity* returned_entity(Draft& draft, const Function& function,
                              const catalog::Annotations& annotations) {
    const catalog::Annotation* given = annotations.find("returns");
    const std::string name = pascal_case(operation_name(function));
    const Entity* best = nullptr;
    for (const Entity& entity : draft.model.entities) {
        if (!entity.key) continue;
        const bool match = given != nullptr ? entity.type_name == given->arguments
                                            : name.ends_with(entity.type_name) &&
                                                  name.size() > entity.type_name.size();
        if (!match || entity.relation->column(*entity.key)->type != function.return_type) continue;
        if (best == nullptr || entity.type_name.size() > best->type_name.size()) best = &entity;
    }
    if (given != nullptr && best == nullptr)
        draft.errors.push_back(
            {.code = ErrorCode::Configuration,
             .message = fmt::format("{}: '@returns {}' names no type whose key the function returns.",
                                    subject_of(draft.model.catalog, function), given->arguments),
             .hint = "Give the name of an object type with a key of the function's return type."});
    return best;
}

class FunctionWriter {
  public:
    explicit FunctionWriter(Draft& draft) : draft_(draft) {}

    void write(const Function& function, const catalog::Annotations& annotations) {
        FunctionBinding& binding = draft_.model.functions.emplace_back();
        binding.function = &function;
        const catalog::Annotation* given = annotations.find("name");
        graphql::FieldSpec field{
            .name = given != nullptr ? given->arguments : camel_case(operation_name(function))};
        if (!annotations.description.empty()) field.description = annotations.description;
        for (const Argument& argument : function.arguments) add_argument(field, binding, argument);
        field.type = write_payload(binding, pascal_case(field.name) + "Payload",
                                   returned_entity(draft_, function, annotations));
        draft_.roots[{"Mutation", field.name}] = {.kind = RootBinding::Kind::Function,
                                                  .function = &binding};
        fields.push_back(std::move(field));
    }

    std::vector<graphql::FieldSpec> fields = {};

  private:
    void add_argument(graphql::FieldSpec& field, FunctionBinding& binding, const Argument& argument) {
        const std::string_view bare = bare_parameter(argument.name);
        Leaf leaf = leaf_of(draft_.model.catalog, argument.type, bare);
        const std::string name = camel_case(bare);
        field.args.push_back(
            {.name = name, .type = draft_.use_leaf(leaf, argument.type, argument.has_default)});
        binding.arguments.push_back(
            {.argument = name, .parameter = argument.name, .cast = leaf.cast});
    }

    std::string write_payload(FunctionBinding& binding, const std::string& wanted,
                              const Entity* entity) {
        const std::string name = draft_.take_type_name(wanted);
        const catalog::Oid result = binding.function->return_type;
        std::vector<graphql::FieldSpec> members;
        if (result == catalog::kVoid) {
            draft_.use_leaf({.type = "Boolean"}, catalog::kBool, true);
            members.push_back({.name = "success",
                               .type = "Boolean!",
                               .description = "True: the function returned without an error."});
            draft_.payload_fields[{name, "success"}] = PayloadField::Result;
        } else {
            const std::string field = entity != nullptr ? "id" : "result";
            binding.result = leaf_of(draft_.model.catalog, result, field);
            members.push_back({.name = field,
                               .type = draft_.use_leaf(*binding.result, result, true),
                               .description = "What the function returned."});
            draft_.payload_fields[{name, field}] = PayloadField::Result;
        }
        if (entity != nullptr) {
            binding.entity = entity;
            const std::string field = camel_case(entity->type_name);
            members.push_back({.name = field,
                               .type = entity->type_name,
                               .description = "Read again after the function ended, in the same "
                                              "transaction."});
            draft_.payload_fields[{name, field}] = PayloadField::Entity;
        }
        graphql::TypeSpec& type = draft_.builder.add(graphql::TypeKind::Object, name);
        type.description = fmt::format("The result of {}.", binding.function->name);
        type.fields = std::move(members);
        // Nullable, so that one function that fails leaves the results of the others.
        return name;
    }

    Draft& draft_;
};

}  // namespace

void build_function_fields(Draft& draft) {
    const catalog::Catalog& catalog = draft.model.catalog;
    FunctionWriter writer(draft);
    std::map<std::string, const Function*> by_name;
    for (const Function& function : catalog.functions()) {
        const catalog::Annotations annotations = catalog::read_annotations(function.comment);
        if (!is_candidate(function, annotations)) continue;
        const std::string subject = subject_of(catalog, function);
        for (Error& error : unknown_annotations(annotations, subject, kFunctionAnnotations))
            draft.errors.push_back(std::move(error));
        if (std::string reason = why_not(catalog, function); !reason.empty()) {
            draft.find(subject, "is not exposed: " + reason + ".");
            continue;
        }
        const catalog::Annotation* given = annotations.find("name");
        const std::string name =
            given != nullptr ? given->arguments : camel_case(operation_name(function));
        auto [taken, added] = by_name.emplace(name, &function);
        if (!added) {
            draft.find(subject, fmt::format("is not exposed: {} has the name {} already.",
                                            subject_of(catalog, *taken->second), name),
                       "COMMENT ON it with the line '@name …' to choose another.");
            continue;
        }
        writer.write(function, annotations);
    }
    if (writer.fields.empty()) return;
    graphql::TypeSpec& mutation = draft.builder.add(graphql::TypeKind::Object, "Mutation");
    mutation.description = "Writing: each field calls one function in one transaction.";
    mutation.fields = std::move(writer.fields);
    draft.builder.mutation = "Mutation";
}

}  // namespace fraiseql::schema
