// SPDX-License-Identifier: MIT
#include "schema/input_objects.hpp"

#include <fmt/format.h>

#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

std::string input_name(const std::string& name) {
    return name.ends_with("Input") ? name : name + "Input";
}

/// `CHECK ((VALUE > 0))` → `VALUE > 0`.
std::string_view condition(std::string_view check) {
    if (check.starts_with("CHECK (") && check.ends_with(')'))
        check = check.substr(7, check.size() - 8);
    if (check.starts_with('(') && check.ends_with(')')) check = check.substr(1, check.size() - 2);
    return check;
}

void add_sentence(std::optional<std::string>& text, const std::string& sentence) {
    if (sentence.empty()) return;
    text = text ? *text + ' ' + sentence : sentence;
}

}  // namespace

std::string describe_checks(const catalog::Catalog& catalog, catalog::Oid oid) {
    std::string out;
    for (const catalog::Type* type = catalog.type(oid);
         type != nullptr && type->kind == catalog::Type::Kind::Domain;
         type = catalog.type(type->base))
        for (const std::string& check : type->checks)
            out += fmt::format("{}Must satisfy {}.", out.empty() ? "" : " ", condition(check));
    return out;
}

InputType InputObjects::use(const lineage::Shape& shape, const std::string& wanted,
                            std::string_view key) {
    if (const lineage::Scalar* scalar = shape.scalar())
        return {draft_.use_leaf(draft_.leaf(scalar->type, key), scalar->type, true)};
    if (const lineage::Object* object = shape.object(); object && !object->fields.empty()) {
        const std::string name = write(*object, wanted);
        return {name, name};
    }
    if (const lineage::List* list = shape.list()) {
        InputType item = use(*list->element, wanted, singular(key));
        const bool holes = item.object.empty() && list->element->nullable;
        return {"[" + item.text + (holes ? "]" : "!]"), item.object};
    }
    draft_.use_leaf({.type = "JSON"}, catalog::kJsonb, true);
    return {"JSON"};
}

std::string InputObjects::write(const lineage::Object& object, const std::string& wanted) {
    const catalog::Type* row = draft_.model.catalog.type(object.row_type);
    if (auto known = by_row_type_.find(object.row_type);
        row != nullptr && known != by_row_type_.end())
        return known->second;
    const std::string name =
        draft_.take_type_name(input_name(row == nullptr ? wanted : pascal_case(row->name)));
    if (row != nullptr) by_row_type_[object.row_type] = name;
    std::vector<graphql::InputValueSpec> members;
    for (const lineage::Field& field : object.fields) {
        const std::string member = camel_case(field.key);
        if (draft_.inputs[name].contains(member)) {
            draft_.find(
                "input type " + name,
                fmt::format("has no member for '{}': its name {} is taken.", field.key, member));
            continue;
        }
        const InputType type =
            use(*field.shape, name.substr(0, name.size() - 5) + pascal_case(field.key), field.key);
        graphql::InputValueSpec spec{.name = member,
                                     .type = type.text + (field.shape->nullable ? "" : "!")};
        if (!field.description.empty()) spec.description = field.description;
        const lineage::Scalar* scalar = field.shape->scalar();
        if (scalar != nullptr)
            add_sentence(spec.description, describe_checks(draft_.model.catalog, scalar->type));
        InputBinding binding{
            .value = {.key = field.key, .type = scalar != nullptr ? scalar->type : 0},
            .input_type = type.object};
        if (!type.object.empty())
            binding.kind =
                type.text.starts_with('[') ? InputBinding::Kind::List : InputBinding::Kind::Object;
        draft_.inputs[name][member] = std::move(binding);
        members.push_back(std::move(spec));
    }
    graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::InputObject, name);
    if (row != nullptr && !row->comment.empty()) spec.description = row->comment;
    spec.input_fields = std::move(members);
    return name;
}

}  // namespace fraiseql::schema
