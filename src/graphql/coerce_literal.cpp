// SPDX-License-Identifier: MIT
// Coercion of literals and of arguments.
#include <fmt/format.h>

#include "base/suggest.hpp"
#include "graphql/coerce.hpp"
#include "graphql/literal.hpp"
#include "graphql/printer.hpp"

namespace fraiseql::graphql {
namespace {

/// Coerces one literal; the first problem ends it. Depth is that of the document, which is bounded.
class LiteralCoercion {
  public:
    LiteralCoercion(const json::Value& variables, Arena& arena, std::vector<std::string_view>* used,
                    bool fill_defaults)
        : variables_(variables), arena_(arena), used_(used), fill_defaults_(fill_defaults) {}

    Result<json::Value> coerce(const Value& literal, const Type& type) {
        if (literal.kind == Value::Kind::Variable) return variable(literal, type);
        if (literal.kind == Value::Kind::Null) {
            if (type.is_non_null()) return mismatch(type, literal);
            return json::Value{};
        }
        const Type& inner = *type.nullable();
        if (inner.is_list()) return list(literal, inner);
        if (inner.named->kind == TypeKind::InputObject) return object(literal, *inner.named);
        if (auto problem = leaf_literal_error(*inner.named, literal))
            return fail(ErrorCode::BadUserInput, std::move(*problem));
        return normalize_leaf(*inner.named, to_json(literal, variables_, arena_, used_), arena_);
    }

  private:
    static tl::unexpected<Error> mismatch(const Type& type, const Value& literal) {
        return fail(ErrorCode::BadUserInput, fmt::format("Expected value of type \"{}\", found {}.",
                                                         to_string(type), print(literal)));
    }

    const json::Value* find(const Value& variable) {
        if (used_ != nullptr) used_->push_back(variable.text);
        return variables_.find(variable.text);
    }

    Result<json::Value> variable(const Value& literal, const Type& type) {
        const json::Value* value = find(literal);
        const json::Value out = value == nullptr ? json::Value{} : *value;
        if (out.is_null() && type.is_non_null()) return mismatch(type, literal);
        return out;
    }

    Result<json::Value> list(const Value& literal, const Type& type) {
        std::vector<json::Value> items;
        if (literal.kind != Value::Kind::List) {
            FRAISEQL_TRY(const json::Value only, coerce(literal, *type.of));
            items.push_back(only);
        }
        for (const Value& item : literal.items) {
            FRAISEQL_TRY(const json::Value one, coerce(item, *type.of));
            items.push_back(one);
        }
        return json::Value{.kind = json::Value::Kind::Array, .items = arena_.copy(items)};
    }

    const ObjectField* given(const Value& literal, std::string_view name) {
        for (const ObjectField& field : literal.fields)
            if (field.name == name) return &field;
        return nullptr;
    }

    Result<json::Value> object(const Value& literal, const NamedType& type) {
        if (literal.kind != Value::Kind::Object) return mismatch(*type.type, literal);
        for (const ObjectField& field : literal.fields)
            if (type.input_field(field.name) == nullptr)
                return fail(ErrorCode::BadUserInput,
                            fmt::format("Field \"{}\" is not defined by type \"{}\".", field.name,
                                        type.name));
        std::vector<json::Member> members;
        for (const InputValueDef& field : type.input_fields) {
            const ObjectField* node = given(literal, field.name);
            const bool absent = node == nullptr || (node->value.kind == Value::Kind::Variable &&
                                                    variables_.find(node->value.text) == nullptr);
            if (absent && node != nullptr) find(node->value);
            if (!absent) {
                FRAISEQL_TRY(const json::Value value, coerce(node->value, *field.type));
                members.push_back({field.name, value});
            } else if (field.default_value != nullptr) {
                if (fill_defaults_) members.push_back({field.name, *field.default_value});
            } else if (field.is_required() && field.default_text.empty()) {
                return fail(ErrorCode::BadUserInput,
                            fmt::format("Field \"{}.{}\" of required type \"{}\" was not provided.",
                                        type.name, field.name, to_string(*field.type)));
            }
        }
        if (type.one_of && (members.size() != 1 || members.front().value.is_null()))
            return fail(
                ErrorCode::BadUserInput,
                fmt::format("OneOf Input Object \"{}\" must specify exactly one key, and it "
                            "must not be null.",
                            type.name));
        return json::Value{.kind = json::Value::Kind::Object, .members = arena_.copy(members)};
    }

    const json::Value& variables_;
    Arena& arena_;
    std::vector<std::string_view>* used_;
    bool fill_defaults_;
};

tl::unexpected<Error> not_provided(const InputValueDef& arg, const Argument* node) {
    std::string message =
        fmt::format("Argument \"{}\" of required type \"{}\" was ", arg.name, to_string(*arg.type));
    if (node == nullptr) return fail(ErrorCode::BadUserInput, message + "not provided.");
    return fail(ErrorCode::BadUserInput,
                fmt::format("{}provided the variable \"${}\" which was not provided a runtime "
                            "value.",
                            message, node->value.text));
}

}  // namespace

Result<json::Value> coerce_literal(const Value& literal, const Type& type,
                                   const json::Value& variables, Arena& arena,
                                   std::vector<std::string_view>* used) {
    return LiteralCoercion(variables, arena, used, true).coerce(literal, type);
}

Result<json::Value> coerce_default(const Value& literal, const Type& type, Arena& arena) {
    const json::Value none;
    return LiteralCoercion(none, arena, nullptr, false).coerce(literal, type);
}

Result<json::Value> coerce_argument_values(std::span<const InputValueDef> definitions,
                                           std::span<const Argument> arguments,
                                           const json::Value& variables, Arena& arena,
                                           std::vector<std::string_view>* used) {
    std::vector<json::Member> members;
    for (const InputValueDef& arg : definitions) {
        const Argument* node = find_argument(arguments, arg.name);
        const bool is_variable = node != nullptr && node->value.kind == Value::Kind::Variable;
        const bool absent =
            node == nullptr || (is_variable && variables.find(node->value.text) == nullptr);
        if (absent) {
            if (is_variable && used != nullptr) used->push_back(node->value.text);
            if (arg.default_value != nullptr)
                members.push_back({arg.name, *arg.default_value});
            else if (arg.type->is_non_null())
                return not_provided(arg, node);
            continue;
        }
        auto value = coerce_literal(node->value, *arg.type, variables, arena, used);
        if (value) {
            members.push_back({arg.name, *value});
        } else if (is_variable) {
            return fail(ErrorCode::BadUserInput,
                        fmt::format("Argument \"{}\" of non-null type \"{}\" must not be null.",
                                    arg.name, to_string(*arg.type)));
        } else {
            return fail(ErrorCode::BadUserInput,
                        fmt::format("Argument \"{}\" has an invalid value: {}", arg.name,
                                    value.error().message));
        }
    }
    return json::Value{.kind = json::Value::Kind::Object, .members = arena.copy(members)};
}

}  // namespace fraiseql::graphql
