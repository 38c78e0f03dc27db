// SPDX-License-Identifier: MIT
// Literals fit the types of the places where they stand, down to the fields of input objects.
#include <fmt/format.h>

#include <algorithm>

#include "graphql/literal.hpp"
#include "graphql/printer.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void mismatch(ValidationContext& context, const Value& value, const Type& type) {
    context.error(
        fmt::format("Expected value of type \"{}\", found {}.", to_string(type), print(value)),
        {value.offset});
}

const ObjectField* find(const Value& object, std::string_view name) {
    for (const ObjectField& field : object.fields)
        if (field.name == name) return &field;
    return nullptr;
}

void check_one_of(ValidationContext& context, const Value& object, const NamedType& type) {
    const auto same = [&](const ObjectField& field) { return field.name == object.fields[0].name; };
    const ObjectField* last = object.fields.empty() ? nullptr : &object.fields.back();
    if (last == nullptr || !std::all_of(object.fields.begin(), object.fields.end(), same))
        context.error(
            fmt::format("OneOf Input Object \"{}\" must specify exactly one key.", type.name),
            {object.offset});
    else if (last->value.kind == Value::Kind::Null)
        context.error(fmt::format("Field \"{}.{}\" must be non-null.", type.name, last->name),
                      {object.offset});
}

void check_object(ValidationContext& context, const Value& object, const NamedType& type) {
    for (const InputValueDef& field : type.input_fields)
        if (field.is_required() && find(object, field.name) == nullptr)
            context.error(fmt::format("Field \"{}.{}\" of required type \"{}\" was not provided.",
                                      type.name, field.name, to_string(*field.type)),
                          {object.offset});
    for (const ObjectField& field : object.fields)
        if (type.input_field(field.name) == nullptr)
            context.error(
                fmt::format("Field \"{}\" is not defined by type \"{}\".{}", field.name, type.name,
                            ValidationContext::suggest(field.name, type.input_fields)),
                {field.offset});
    if (type.one_of) check_one_of(context, object, type);
}

bool check(ValidationContext& context, const Value& value, const Type& type) {
    if (value.kind == Value::Kind::Null) {
        if (type.is_non_null()) mismatch(context, value, type);
        return false;
    }
    const Type& nullable = *type.nullable();
    if (value.kind == Value::Kind::List && nullable.is_list()) return true;
    const NamedType& named = *type.named;
    if (named.kind == TypeKind::InputObject) {
        if (value.kind != Value::Kind::Object) {
            mismatch(context, value, value.kind == Value::Kind::List ? nullable : type);
            return false;
        }
        check_object(context, value, named);
        return true;
    }
    if (!named.is_leaf()) return false;
    if (auto problem = leaf_literal_error(named, value))
        context.error(std::move(*problem), {value.offset});
    return false;
}

}  // namespace

const Rule kValuesOfCorrectType = {
    .name = "ValuesOfCorrectType", .section = "5.6.1 Values of Correct Type", .value = check};

}  // namespace fraiseql::graphql
