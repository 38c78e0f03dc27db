// SPDX-License-Identifier: MIT
// Coercion of JSON input: a request's variables (spec §6.1.2).
#include <fmt/format.h>

#include "base/suggest.hpp"
#include "graphql/coerce.hpp"
#include "graphql/literal.hpp"
#include "graphql/printer.hpp"
#include "graphql/source.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

constexpr std::size_t kMostErrors = 50;

std::string show(const json::Value& value) {
    constexpr std::size_t kLongest = 200;
    std::string out;
    json::write(out, value);
    if (out.size() <= kLongest) return out;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
        --end;
    return out.substr(0, end) + "…";
}

/// Coerces one JSON value and collects every problem with its path. Depth is that of the JSON
/// document or of the type, both bounded.
class JsonCoercion {
  public:
    JsonCoercion(std::string_view variable, Arena& arena, std::vector<Error>& errors)
        : path_(variable), root_size_(variable.size()), arena_(arena), errors_(errors) {}

    json::Value coerce(const json::Value& value, const Type& type) {
        if (errors_.size() > kMostErrors) return {};
        if (value.is_null()) {
            if (type.is_non_null())
                problem(value, fmt::format("Expected non-nullable type \"{}\" not to be null.",
                                           to_string(type)));
            return {};
        }
        const Type& inner = *type.nullable();
        if (inner.is_list()) return list(value, inner);
        if (inner.named->kind == TypeKind::InputObject) return object(value, *inner.named);
        if (auto found = leaf_value_error(*inner.named, value)) {
            problem(value, std::move(*found));
            return {};
        }
        return normalize_leaf(*inner.named, value, arena_);
    }

  private:
    void problem(const json::Value& value, std::string text) {
        if (errors_.size() > kMostErrors) return;
        if (errors_.size() == kMostErrors)
            text = "Too many errors in variables; the rest is not shown.";
        else
            text = fmt::format("Variable \"${}\" got invalid value {}{}; {}",
                               path_.substr(0, root_size_), show(value),
                               path_.size() > root_size_ ? fmt::format(" at \"{}\"", path_) : "",
                               text);
        errors_.push_back({.code = ErrorCode::BadUserInput, .message = std::move(text)});
    }

    json::Value list(const json::Value& value, const Type& type) {
        std::vector<json::Value> items;
        if (!value.is_array()) {
            items.push_back(coerce(value, *type.of));
        } else {
            items.reserve(value.items.size());
            const std::size_t size = path_.size();
            for (std::size_t i = 0; i < value.items.size(); ++i) {
                path_ += fmt::format("[{}]", i);
                items.push_back(coerce(value.items[i], *type.of));
                path_.resize(size);
            }
        }
        return {.kind = json::Value::Kind::Array, .items = arena_.copy(items)};
    }

    void unknown_field(const json::Value& value, std::string_view name, const NamedType& type) {
        std::vector<std::string_view> names;
        for (const InputValueDef& field : type.input_fields)
            names.push_back(field.name);
        const std::string hint = did_you_mean(name, names);
        problem(value, fmt::format("Field \"{}\" is not defined by type \"{}\".{}{}", name,
                                   type.name, hint.empty() ? "" : " ", hint));
    }

    json::Value object(const json::Value& value, const NamedType& type) {
        if (!value.is_object()) {
            problem(value, fmt::format("Expected type \"{}\" to be an object.", type.name));
            return {};
        }
        for (const json::Member& member : value.members) {
            if (errors_.size() > kMostErrors) return {};
            if (type.input_field(member.name) == nullptr) unknown_field(value, member.name, type);
        }
        std::vector<json::Member> members;
        const std::size_t size = path_.size();
        for (const InputValueDef& field : type.input_fields) {
            if (const json::Value* given = value.find(field.name)) {
                path_ += fmt::format(".{}", field.name);
                members.push_back({field.name, coerce(*given, *field.type)});
                path_.resize(size);
            } else if (field.default_value != nullptr) {
                members.push_back({field.name, *field.default_value});
            } else if (field.type->is_non_null()) {
                problem(value, fmt::format("Field \"{}\" of required type \"{}\" was not provided.",
                                           field.name, to_string(*field.type)));
            }
        }
        if (type.one_of) check_one_of(value, type, members);
        return {.kind = json::Value::Kind::Object, .members = arena_.copy(members)};
    }

    void check_one_of(const json::Value& value, const NamedType& type,
                      const std::vector<json::Member>& members) {
        if (members.size() != 1)
            problem(value, fmt::format("Exactly one key must be specified for OneOf type \"{}\".",
                                       type.name));
        if (!members.empty() && value.find(members.front().name)->is_null())
            problem(value, fmt::format("Field \"{}\" must be non-null.", members.front().name));
    }

    std::string path_;
    std::size_t root_size_;
    Arena& arena_;
    std::vector<Error>& errors_;
};

/// Makes the type that a document refers to: its wrappers need not occur in the schema.
const Type* make_type(const Schema& schema, const TypeReference& reference, Arena& arena) {
    if (reference.kind == TypeReference::Kind::Named) {
        const NamedType* named = schema.type(reference.name);
        return named == nullptr || !named->is_input() ? nullptr : named->type;
    }
    const Type* of = make_type(schema, *reference.of, arena);
    if (of == nullptr) return nullptr;
    const bool list = reference.kind == TypeReference::Kind::List;
    return arena.make<Type>(list ? Type::Kind::List : Type::Kind::NonNull, of, of->named);
}

Error variable_error(std::string message) {
    return {.code = ErrorCode::BadUserInput, .message = std::move(message)};
}

/// Adds the value of one variable to `members`, or errors without location to `errors`.
void coerce_variable(const Schema& schema, const VariableDefinition& definition,
                     const json::Value& variables, Arena& arena, std::vector<json::Member>& members,
                     std::vector<Error>& errors) {
    const Type* type = make_type(schema, definition.type, arena);
    if (type == nullptr) {
        errors.push_back(variable_error(
            fmt::format("Variable \"${}\" expected value of type \"{}\" which cannot be used as an "
                        "input type.",
                        definition.name, print(definition.type))));
        return;
    }
    const json::Value* given = variables.find(definition.name);
    if (given == nullptr && definition.default_value != nullptr) {
        auto value = coerce_literal(*definition.default_value, *type, {}, arena);
        if (value)
            members.push_back({definition.name, *value});
        else
            errors.push_back(std::move(value).error());
    } else if (given == nullptr) {
        if (type->is_non_null())
            errors.push_back(variable_error(
                fmt::format("Variable \"${}\" of required type \"{}\" was not provided.",
                            definition.name, to_string(*type))));
    } else if (given->is_null() && type->is_non_null()) {
        errors.push_back(
            variable_error(fmt::format("Variable \"${}\" of non-null type \"{}\" must not be null.",
                                       definition.name, to_string(*type))));
    } else {
        const json::Value value =
            JsonCoercion(definition.name, arena, errors).coerce(*given, *type);
        members.push_back({definition.name, value});
    }
}

}  // namespace

tl::expected<json::Value, std::vector<Error>> coerce_variable_values(
    const Schema& schema, const Document& document, const OperationDefinition& operation,
    const json::Value& variables, Arena& arena) {
    std::vector<json::Member> members;
    std::vector<Error> errors;
    members.reserve(operation.variables.size());
    for (const VariableDefinition& definition : operation.variables) {
        const std::size_t before = errors.size();
        coerce_variable(schema, definition, variables, arena, members, errors);
        for (std::size_t i = before; i < errors.size(); ++i)
            errors[i].locations = {locate(document.source, definition.offset)};
        if (errors.size() > kMostErrors) break;
    }
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return json::Value{.kind = json::Value::Kind::Object, .members = arena.copy(members)};
}

tl::expected<json::Value, std::vector<Error>> coerce_json(const json::Value& value,
                                                          const Type& type, std::string_view name,
                                                          Arena& arena) {
    std::vector<Error> errors;
    json::Value out = JsonCoercion(name, arena, errors).coerce(value, type);
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return out;
}

}  // namespace fraiseql::graphql
