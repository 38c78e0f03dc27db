// SPDX-License-Identifier: MIT
#include "graphql/literal.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/suggest.hpp"
#include "graphql/printer.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

std::string shorten(std::string text) {
    constexpr std::size_t kLongest = 200;
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

std::string show(const json::Value& value) {
    std::string out;
    json::write(out, value);
    return shorten(std::move(out));
}

std::vector<std::string_view> value_names(const NamedType& type) {
    std::vector<std::string_view> names;
    for (const EnumValueDef& value : type.enum_values)
        names.push_back(value.name);
    return names;
}

/// Renders ` Did you mean the enum value "A"?`, or nothing.
std::string suggest_value(const NamedType& type, std::string_view name) {
    const std::vector<std::string_view> near = suggestions(name, value_names(type));
    constexpr std::string_view kOpening = "Did you mean";
    if (near.empty()) return {};
    return " Did you mean the enum value" + did_you_mean(near).substr(kOpening.size());
}

std::string unknown_value(const NamedType& type, std::string_view name) {
    return fmt::format("Value \"{}\" does not exist in \"{}\" enum.{}", name, type.name,
                       suggest_value(type, name));
}

std::optional<std::string> enum_literal_error(const NamedType& type, const Value& literal) {
    if (literal.kind != Value::Kind::Enum) {
        const std::string shown = shorten(print(literal));
        return fmt::format("Enum \"{}\" cannot represent non-enum value: {}.{}", type.name, shown,
                           suggest_value(type, shown));
    }
    if (type.enum_value(literal.text) != nullptr) return std::nullopt;
    return unknown_value(type, literal.text);
}

/// What a built-in scalar expects, in the words of its messages.
struct BuiltIn {
    std::string_view name;
    std::string_view refusal;
    bool (*takes)(Value::Kind kind);
};

constexpr BuiltIn kBuiltIns[] = {
    {"Int", "Int cannot represent non-integer value",
     [](Value::Kind kind) { return kind == Value::Kind::Int; }},
    {"Float", "Float cannot represent non numeric value",
     [](Value::Kind kind) { return kind == Value::Kind::Int || kind == Value::Kind::Float; }},
    {"String", "String cannot represent a non string value",
     [](Value::Kind kind) { return kind == Value::Kind::String; }},
    {"Boolean", "Boolean cannot represent a non boolean value",
     [](Value::Kind kind) { return kind == Value::Kind::Boolean; }},
    {"ID", "ID cannot represent a non-string and non-integer value",
     [](Value::Kind kind) { return kind == Value::Kind::Int || kind == Value::Kind::String; }},
};

json::Value scalar_json(const Value& literal) {
    using Kind = json::Value::Kind;
    switch (literal.kind) {
        case Value::Kind::Int:
        case Value::Kind::Float:
            return {.kind = Kind::Number, .text = literal.text};
        case Value::Kind::String:
        case Value::Kind::Enum:
            return {.kind = Kind::String, .text = literal.text};
        case Value::Kind::Boolean:
            return {.kind = literal.text == "true" ? Kind::True : Kind::False};
        case Value::Kind::Variable:
        case Value::Kind::Null:
        case Value::Kind::List:
        case Value::Kind::Object:
            break;
    }
    return {};
}

const json::Value* variable_value(const Value& literal, const json::Value& variables,
                                  std::vector<std::string_view>* used) {
    if (used != nullptr) used->push_back(literal.text);
    return variables.find(literal.text);
}

}  // namespace

json::Value to_json(const Value& literal, const json::Value& variables, Arena& arena,
                    std::vector<std::string_view>* used) {
    if (literal.kind == Value::Kind::Variable) {
        const json::Value* value = variable_value(literal, variables, used);
        return value == nullptr ? json::Value{} : *value;
    }
    if (literal.kind == Value::Kind::List) {
        std::vector<json::Value> items;
        items.reserve(literal.items.size());
        for (const Value& item : literal.items)
            items.push_back(to_json(item, variables, arena, used));
        return {.kind = json::Value::Kind::Array, .items = arena.copy(items)};
    }
    if (literal.kind == Value::Kind::Object) {
        std::vector<json::Member> members;
        members.reserve(literal.fields.size());
        for (const ObjectField& field : literal.fields) {
            if (field.value.kind != Value::Kind::Variable) {
                members.push_back({field.name, to_json(field.value, variables, arena, used)});
            } else if (const auto* value = variable_value(field.value, variables, used)) {
                members.push_back({field.name, *value});
            }
        }
        return {.kind = json::Value::Kind::Object, .members = arena.copy(members)};
    }
    return scalar_json(literal);
}

std::optional<std::string> leaf_literal_error(const NamedType& type, const Value& literal) {
    if (type.kind == TypeKind::Enum) return enum_literal_error(type, literal);
    if (type.scalar == nullptr) return std::nullopt;
    for (const BuiltIn& built_in : kBuiltIns) {
        if (type.name != built_in.name) continue;
        if (!built_in.takes(literal.kind))
            return fmt::format("{}: {}", built_in.refusal, shorten(print(literal)));
        return type.scalar->validate(scalar_json(literal));
    }
    if (literal.kind == Value::Kind::Enum && type.name != "JSON")
        return fmt::format("{} cannot represent an enum value: {}", type.name, literal.text);
    Arena arena;
    return type.scalar->validate(to_json(literal, {}, arena));
}

std::optional<std::string> leaf_value_error(const NamedType& type, const json::Value& value) {
    if (type.kind != TypeKind::Enum)
        return type.scalar == nullptr ? std::nullopt : type.scalar->validate(value);
    if (!value.is_string())
        return fmt::format("Enum \"{}\" cannot represent non-string value: {}.", type.name,
                           show(value));
    if (type.enum_value(value.text) != nullptr) return std::nullopt;
    return unknown_value(type, value.text);
}

json::Value normalize_leaf(const NamedType& type, const json::Value& value, Arena& arena) {
    if (!value.is_number() || !is_built_in(type) || type.name == "Float") return value;
    std::string_view digits = value.text;
    if (digits.find_first_of(".eE") != digits.npos)
        digits = arena.copy(std::string_view(
            fmt::format("{:.0f}", std::strtod(std::string(digits).c_str(), nullptr))));
    const bool id = type.name == "ID";
    return {.kind = id ? json::Value::Kind::String : json::Value::Kind::Number, .text = digits};
}

}  // namespace fraiseql::graphql
