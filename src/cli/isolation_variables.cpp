// SPDX-License-Identifier: MIT
#include "cli/isolation_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace fraiseql::cli {
namespace {

using json::Value;

constexpr int kLevels = 4;
constexpr std::string_view kNobodysKey = "ca9a3000-0000-4000-8000-000000000000";
constexpr std::string_view kMoment = "2001-02-03T04:05:06Z";

Value text(std::string_view content, Arena& arena) {
    return {.kind = Value::Kind::String, .text = arena.copy(content)};
}

Result<Value> value_of(std::string_view name, const graphql::NamedType& type, const LeafValue& leaf,
                       Arena& arena, int levels) {
    if (type.is_leaf())
        if (auto known = leaf(name, type)) return *known;
    if (type.kind == graphql::TypeKind::Enum) return text(type.enum_values.front().name, arena);
    if (type.kind == graphql::TypeKind::InputObject) {
        std::vector<json::Member> members;
        for (const graphql::InputValueDef& field : type.input_fields) {
            if (!field.is_required()) continue;
            if (levels == 0)
                return fail(ErrorCode::BadRequest,
                            fmt::format("Its variables are too deep: {}.", type.name));
            FRAISEQL_TRY(Value inner,
                         value_of(field.name, *field.type->named, leaf, arena, levels - 1));
            members.push_back({field.name, inner});
        }
        return Value{.kind = Value::Kind::Object, .members = arena.copy(members)};
    }
    constexpr std::array<std::string_view, 6> kNumbers = {"Int",     "Float",      "BigInt",
                                                          "Decimal", "BigDecimal", "Long"};
    if (std::find(kNumbers.begin(), kNumbers.end(), type.name) != kNumbers.end())
        return Value{.kind = Value::Kind::Number, .text = "1"};
    if (type.name == "Boolean") return Value{.kind = Value::Kind::True};
    if (type.name == "ID" || type.name == "UUID") return text(kNobodysKey, arena);
    if (type.name == "Date") return text(kMoment.substr(0, 10), arena);
    if (type.name == "DateTime") return text(kMoment, arena);
    if (type.name == "JSON") return Value{.kind = Value::Kind::Object};
    if (type.name == "String") return text("canary", arena);
    return fail(
        ErrorCode::BadRequest,
        fmt::format("It has a variable of type {}, for which no value is known.", type.name));
}

bool has_list(const graphql::TypeReference* type) {
    for (; type != nullptr; type = type->of)
        if (type->kind == graphql::TypeReference::Kind::List) return true;
    return false;
}

}  // namespace

Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const LeafValue& leaf, Arena& arena, Variables which) {
    std::vector<json::Member> members;
    for (const graphql::VariableDefinition& variable : operation.variables) {
        const bool required = variable.type.kind == graphql::TypeReference::Kind::NonNull &&
                              variable.default_value == nullptr;
        const std::string_view name = variable.type.named();
        if (which != Variables::All && !required && name != "ID" && name != "UUID") continue;
        const graphql::NamedType* type = schema.type(name);
        if (type == nullptr)
            return fail(ErrorCode::BadRequest, fmt::format("There is no type {}.", name));
        FRAISEQL_TRY(Value value, value_of(variable.name, *type, leaf, arena, kLevels));
        if (has_list(&variable.type))
            value = {.kind = Value::Kind::Array, .items = arena.copy(std::vector<Value>{value})};
        members.push_back({variable.name, value});
    }
    return Value{.kind = Value::Kind::Object, .members = arena.copy(members)};
}

Result<json::Value> make_variables(const graphql::Schema& schema,
                                   const graphql::OperationDefinition& operation,
                                   const std::string& key, Arena& arena, Variables which) {
    const LeafValue leaf = [&](std::string_view, const graphql::NamedType& type) {
        const bool is_key = type.name == "ID" || type.name == "UUID";
        return is_key ? std::optional<Value>(text(key, arena)) : std::nullopt;
    };
    return make_variables(schema, operation, leaf, arena, which);
}

}  // namespace fraiseql::cli
