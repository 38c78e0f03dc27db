// SPDX-License-Identifier: MIT
// The types of results: payloads, unions of success and failure, rows.
#include "schema/function_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Function;
using Kind = ResultBinding::Kind;
using Part = PayloadBinding::Kind;
using Verdict = ResultBinding::Verdict;

/// Keys that say how a failure came about; a success has none of them.
constexpr std::array<std::string_view, 5> kFailureKeys = {"error", "code", "field_errors", "errors",
                                                          "fieldErrors"};

bool is_table(const Function& function) {
    return std::any_of(function.arguments.begin(), function.arguments.end(),
                       [](const auto& argument) {
                           return argument.mode != catalog::Argument::Mode::In &&
                                  argument.mode != catalog::Argument::Mode::Variadic;
                       });
}

}  // namespace

/// An object type under construction, and what its fields hold.
struct ResultTypes::Payload {
    Draft& draft;
    std::string name;
    std::vector<graphql::FieldSpec> fields = {};

    bool has(std::string_view field) const {
        return std::any_of(fields.begin(), fields.end(),
                           [&](const auto& f) { return f.name == field; });
    }
    void add(graphql::FieldSpec field, PayloadBinding binding) {
        if (has(field.name)) return;
        draft.payload_fields[{name, field.name}] = std::move(binding);
        fields.push_back(std::move(field));
    }
    void write(const std::string& description, std::vector<std::string> interfaces = {}) {
        graphql::TypeSpec& type = draft.builder.add(graphql::TypeKind::Object, name);
        type.description = description;
        type.fields = std::move(fields);
        type.interfaces = std::move(interfaces);
    }
};

std::string ResultTypes::document_type(const Function& function, const FunctionResult& result,
                                       const std::string& name) {
    const lineage::Shape* shape = result.shape.get();
    const lineage::Object* object = shape != nullptr ? shape->object() : nullptr;
    std::string text = "JSON";
    if (shape == nullptr) {
        draft_.use_leaf({.type = "JSON"}, catalog::kJsonb, true);
    } else if (object != nullptr && by_row_type_.contains(object->row_type)) {
        text = by_row_type_[object->row_type];
    } else {
        const catalog::Type* row =
            object != nullptr ? draft_.model.catalog.type(object->row_type) : nullptr;
        const std::string wanted = row != nullptr       ? pascal_case(row->name)
                                   : is_table(function) ? pascal_case(name) + "Row"
                                                        : pascal_case(name) + "Document";
        FieldBinding unused;
        lineage::Shape nullable = *shape;
        nullable.nullable = true;
        text = add_document_type(draft_, subject_of(draft_.model.catalog, function), nullable,
                                 wanted, "result", unused);
        if (row != nullptr) by_row_type_[object->row_type] = text;
    }
    if (!result.binding.list) return text;
    return fmt::format("[{}{}]!", text, result.binding.json ? "" : "!");
}

std::string ResultTypes::write_query(const Function& function, FunctionResult& result,
                                     const std::string& name) {
    const ResultBinding& binding = result.binding;
    if (binding.entity != nullptr)
        return binding.list ? fmt::format("[{}!]!", binding.entity->type_name)
                            : binding.entity->type_name;
    if (binding.kind == Kind::Document) return document_type(function, result, name);
    const std::string leaf = draft_.use_leaf(binding.leaf, function.return_type, true);
    return binding.list ? "[" + leaf + "]!" : leaf;
}

std::string ResultTypes::write_mutation(const Function& function, FunctionResult& result,
                                        const std::string& name) {
    // Nullable, so that one function that fails leaves the results of the others.
    return result.binding.verdict == Verdict::None ? write_plain(function, result, name)
                                                   : write_union(function, result, name);
}

std::string ResultTypes::write_plain(const Function& function, FunctionResult& result,
                                     const std::string& name) {
    ResultBinding& binding = result.binding;
    Payload payload{draft_, draft_.take_type_name(pascal_case(name) + "Payload")};
    const bool by_row = binding.entity != nullptr && binding.kind != Kind::Leaf && !binding.json;
    if (binding.kind == Kind::Nothing) {
        draft_.use_leaf({.type = "Boolean"}, catalog::kBool, true);
        payload.add({.name = "success",
                     .type = "Boolean!",
                     .description = "True: the function returned without an error."},
                    {.kind = Part::Result});
    } else if (binding.kind == Kind::Leaf) {
        const std::string field = binding.entity == nullptr ? "result"
                                  : binding.list            ? "ids"
                                                            : "id";
        binding.leaf = draft_.leaf(function.return_type, singular(field));
        const std::string leaf = draft_.use_leaf(binding.leaf, function.return_type, true);
        payload.add({.name = field,
                     .type = binding.list ? "[" + leaf + "]" : leaf,
                     .description = "What the function returned."},
                    {.kind = Part::Result, .as_text = binding.leaf.as_text});
    } else if (!by_row) {
        std::string type = document_type(function, result, name);
        if (type.ends_with('!')) type.pop_back();
        payload.add({.name = "result", .type = type, .description = "What the function returned."},
                    {.kind = Part::Result});
    }
    add_entity(payload, result);
    payload.write(fmt::format("The result of {}.", function.name));
    return payload.name;
}

void ResultTypes::add_entity(Payload& payload, const FunctionResult& result) {
    const Entity* entity = result.binding.entity;
    if (entity == nullptr) return;
    std::string field = camel_case(entity->type_name);
    std::string type = entity->type_name;
    if (result.binding.list) {
        field = camel_case(plural(std::string(entity_name(entity->relation->name))));
        type = "[" + type + "!]";
    }
    payload.add({.name = field,
                 .type = type,
                 .description = "Read again after the function ended, in the same transaction."},
                {.kind = Part::Entity});
}

std::string ResultTypes::write_union(const Function& function, FunctionResult& result,
                                     const std::string& name) {
    const std::string base = pascal_case(name);
    const std::string union_name = draft_.take_type_name(base + "Result");
    Payload success{draft_, draft_.take_type_name(base + "Success")};
    add_entity(success, result);
    add_parts(success, function, result);
    if (success.fields.empty()) {
        draft_.use_leaf({.type = "Boolean"}, catalog::kBool, true);
        success.add({.name = "success", .type = "Boolean!"},
                    {.kind = Part::Part, .places = {{result.binding.verdict_key}}});
    }
    const std::string success_name = success.name;
    success.write(fmt::format("{} has done what it was asked to do.", function.name));
    result.binding.failure_type = write_failure(result, base);
    graphql::TypeSpec& type = draft_.builder.add(graphql::TypeKind::Union, union_name);
    type.description = fmt::format("How {} ended.", function.name);
    type.members = {success_name, result.binding.failure_type};
    return union_name;
}

void ResultTypes::add_parts(Payload& payload, const Function& function,
                            const FunctionResult& result) {
    const std::string subject = subject_of(draft_.model.catalog, function);
    auto add = [&](const lineage::Field& field, std::vector<DocumentPath> places) {
        const std::string field_name = camel_case(field.key);
        if (payload.has(field_name)) return;
        FieldBinding binding{.key = field.key};
        graphql::FieldSpec spec{.name = field_name};
        spec.type = add_document_type(draft_, subject, *field.shape,
                                      payload.name + pascal_case(field.key), field.key, binding);
        if (!field.description.empty()) spec.description = field.description;
        // As in the error type: or a client could not ask both for it under one name.
        const bool message = field_name == "message" && spec.type.starts_with("String");
        if (message) spec.type = "String!";
        payload.add(std::move(spec), {.kind = Part::Part,
                                      .places = std::move(places),
                                      .as_text = binding.as_text,
                                      .or_empty = message});
    };
    if (result.inner != nullptr && result.inner->object() != nullptr)
        for (const lineage::Field& field : result.inner->object()->fields) {
            std::vector<DocumentPath> places;
            for (std::string_view outer : kInnerDocuments)
                if (result.shape->object()->find(outer) != nullptr)
                    places.push_back({std::string(outer), field.key});
            add(field, std::move(places));
        }
    for (const lineage::Field& field : result.shape->object()->fields) {
        const bool hidden =
            (field.key == result.binding.verdict_key &&
             result.binding.verdict != Verdict::Status) ||
            std::find(kFailureKeys.begin(), kFailureKeys.end(), field.key) != kFailureKeys.end();
        if (!hidden) add(field, {{field.key}});
    }
}

std::string ResultTypes::write_failure(const FunctionResult& result, const std::string& name) {
    if (failure_.empty()) write_failure_interface();
    Payload payload{draft_, draft_.take_type_name(name + "Error")};
    payload.add({.name = "message", .type = "String!", .description = "What went wrong, in words."},
                {.kind = Part::Message});
    payload.add(
        {.name = "code", .type = "String!", .description = "What went wrong, for programs."},
        {.kind = Part::Code});
    payload.add({.name = "fieldErrors",
                 .type = "[" + field_error_ + "!]!",
                 .description = "Which parts of the input are at fault."},
                {.kind = Part::FieldErrors});
    if (result.binding.verdict == Verdict::Status)
        payload.add({.name = "status", .type = "String", .description = "As the function gave it."},
                    {.kind = Part::Part, .places = {{result.binding.verdict_key}}});
    draft_.use_leaf({.type = "JSON"}, catalog::kJsonb, true);
    payload.add({.name = "details", .type = "JSON", .description = "What else the function said."},
                {.kind = Part::Details});
    const std::string type = payload.name;
    payload.write("The function refused; what it was asked to do is not done.", {failure_});
    return type;
}

void ResultTypes::write_failure_interface() {
    failure_ = draft_.take_type_name("Failure");
    field_error_ = draft_.take_type_name("FieldError");
    draft_.use_leaf({.type = "String"}, 0, true);
    graphql::TypeSpec& failure = draft_.builder.add(graphql::TypeKind::Interface, failure_);
    failure.description = "What all results have in common that say that a function refused.";
    failure.fields = {{.name = "message", .type = "String!"},
                      {.name = "code", .type = "String!"},
                      {.name = "fieldErrors", .type = "[" + field_error_ + "!]!"}};
    graphql::TypeSpec& field = draft_.builder.add(graphql::TypeKind::Object, field_error_);
    field.description = "A part of the input that is at fault.";
    field.fields = {
        {.name = "field", .type = "String!", .description = "Its name; dots lead inside."},
        {.name = "message", .type = "String!"}};
    draft_.fields[field_error_]["field"] = {.key = "field", .nullable = false};
    draft_.fields[field_error_]["message"] = {.key = "message", .nullable = false};
}

}  // namespace fraiseql::schema
