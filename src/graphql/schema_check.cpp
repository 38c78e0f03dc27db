// SPDX-License-Identifier: MIT
#include "graphql/schema_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "graphql/input_cycles.hpp"
#include "graphql/lexer.hpp"

namespace fraiseql::graphql {
namespace {

using Problems = std::vector<std::string>;

class Checker {
  public:
    Checker(const Schema::Storage& schema, Problems& problems)
        : schema_(schema), problems_(problems) {}

    void run() {
        check_roots();
        for (const DirectiveDef& directive : schema_.directives)
            check_directive(directive);
        for (const NamedType* type : schema_.types)
            if (!type->name.starts_with("__") || !is_system(*type)) check_type(*type);
        check_input_cycles(schema_.types, problems_);
    }

  private:
    template <class... Args>
    void problem(fmt::format_string<Args...> format, Args&&... args) {
        problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

    /// The introspection types come last, and only those may have their names.
    static bool is_system(const NamedType& type) {
        constexpr std::string_view kNames[] = {
            "__Schema",     "__Type",      "__TypeKind",  "__Field",
            "__InputValue", "__EnumValue", "__Directive", "__DirectiveLocation"};
        return std::find(std::begin(kNames), std::end(kNames), type.name) != std::end(kNames);
    }

    /// `where()` tells the place: nearly always nobody asks.
    template <class Where>
    void check_name(std::string_view name, const Where& where) {
        if (!is_name(name))
            problem(
                "Names must be letters, digits and _, and not begin with a digit, but {} is "
                "called \"{}\".",
                where(), name);
        else if (name.starts_with("__"))
            problem(
                "Name \"{}\" must not begin with \"__\", which is reserved by GraphQL "
                "introspection.",
                name);
    }

    void check_roots() {
        if (schema_.query == nullptr) problem("Query root type must be provided.");
        std::set<const NamedType*> roots;
        for (const NamedType* root : {schema_.query, schema_.mutation, schema_.subscription}) {
            if (root == nullptr) continue;
            if (root->kind != TypeKind::Object)
                problem("A root type must be an Object type, {} is not.", root->name);
            if (!roots.insert(root).second)
                problem("All root types must be different, \"{}\" type is used twice.", root->name);
        }
    }

    template <class T, class Where>
    void check_unique(std::span<const T> items, const Where& where) {
        names_.clear();
        for (const T& item : items)
            names_.push_back(item.name);
        std::sort(names_.begin(), names_.end());
        if (std::adjacent_find(names_.begin(), names_.end()) == names_.end()) return;
        std::set<std::string_view> seen;
        for (const T& item : items)
            if (!seen.insert(item.name).second)
                problem("{} \"{}\" can only be defined once.", where(), item.name);
    }

    template <class Where>
    void check_inputs(std::span<const InputValueDef> values, const Where& where) {
        check_unique(values, where);
        for (const InputValueDef& value : values) {
            check_name(value.name, [&] { return fmt::format("{}{}", where(), value.name); });
            if (!value.type->named->is_input())
                problem("The type of {}{} must be Input Type but got: {}.", where(), value.name,
                        to_string(*value.type));
            if (value.is_required() && value.deprecation_reason)
                problem("Required {}{} cannot be deprecated.", where(), value.name);
        }
    }

    void check_directive(const DirectiveDef& directive) {
        check_name(directive.name, [&] { return fmt::format("@{}", directive.name); });
        check_inputs(directive.args, [&] { return fmt::format("argument @{}.", directive.name); });
        if (directive.locations.empty())
            problem("Directive @{} must include 1 or more locations.", directive.name);
        const auto same = [&](const DirectiveDef& other) { return other.name == directive.name; };
        if (std::find_if(schema_.directives.begin(), schema_.directives.end(), same) !=
            schema_.directives.begin() + (&directive - schema_.directives.data()))
            problem("There can be only one directive named \"@{}\".", directive.name);
    }

    void check_type(const NamedType& type) {
        check_name(type.name, [] { return "a type"; });
        switch (type.kind) {
            case TypeKind::Object:
            case TypeKind::Interface:
                return check_fields(type);
            case TypeKind::Union:
                return check_members(type);
            case TypeKind::Enum:
                return check_enum(type);
            case TypeKind::InputObject:
                return check_input_object(type);
            case TypeKind::Scalar:
                return;
        }
    }

    void check_fields(const NamedType& type) {
        if (type.fields.empty()) problem("Type {} must define one or more fields.", type.name);
        check_unique(type.fields, [&] { return fmt::format("Field {}.", type.name); });
        for (const FieldDef& field : type.fields) {
            const auto where = [&] { return fmt::format("{}.{}", type.name, field.name); };
            check_name(field.name, where);
            if (!field.type->named->is_output())
                problem("The type of {} must be Output Type but got: {}.", where(),
                        to_string(*field.type));
            check_inputs(field.args, [&] { return fmt::format("argument {}.", where()); });
        }
        std::set<const NamedType*> seen;
        for (const NamedType* interface : type.interfaces) {
            if (interface->kind != TypeKind::Interface)
                problem("Type {} must only implement Interface types, it cannot implement {}.",
                        type.name, interface->name);
            else if (interface == &type)
                problem(
                    "Type {} cannot implement itself because it would create a circular "
                    "reference.",
                    type.name);
            else if (!seen.insert(interface).second)
                problem("Type {} can only implement {} once.", type.name, interface->name);
            else
                check_implements(type, *interface);
        }
    }

    void check_implements(const NamedType& type, const NamedType& interface) {
        for (const NamedType* above : interface.interfaces) {
            if (above == &type)
                problem("Type {} cannot implement {} because it would create a circular reference.",
                        type.name, interface.name);
            else if (std::find(type.interfaces.begin(), type.interfaces.end(), above) ==
                     type.interfaces.end())
                problem("Type {} must implement {} because it is implemented by {}.", type.name,
                        above->name, interface.name);
        }
        for (const FieldDef& wanted : interface.fields) {
            const FieldDef* field = type.field(wanted.name);
            if (field == nullptr)
                problem("Interface field {}.{} expected but {} does not provide it.",
                        interface.name, wanted.name, type.name);
            else
                check_field(type, *field, interface, wanted);
        }
    }

    void check_field(const NamedType& type, const FieldDef& field, const NamedType& interface,
                     const FieldDef& wanted) {
        const std::string own = fmt::format("{}.{}", type.name, field.name);
        const std::string other = fmt::format("{}.{}", interface.name, wanted.name);
        if (!is_subtype(*field.type, *wanted.type))
            problem("Interface field {} expects type {} but {} is type {}.", other,
                    to_string(*wanted.type), own, to_string(*field.type));
        if (field.deprecation_reason && !wanted.deprecation_reason)
            problem("{} cannot be deprecated because interface field {} is not.", own, other);
        for (const InputValueDef& arg : wanted.args) {
            const InputValueDef* given = field.arg(arg.name);
            if (given == nullptr)
                problem("Interface field argument {}({}:) expected but {} does not provide it.",
                        other, arg.name, own);
            else if (given->type != arg.type)
                problem("Interface field argument {}({}:) expects type {} but {}({}:) is type {}.",
                        other, arg.name, to_string(*arg.type), own, arg.name,
                        to_string(*given->type));
        }
        for (const InputValueDef& arg : field.args)
            if (wanted.arg(arg.name) == nullptr && arg.is_required())
                problem(
                    "Argument \"{}({}:)\" must not be required type \"{}\" if not provided by "
                    "the Interface field \"{}\".",
                    own, arg.name, to_string(*arg.type), other);
    }

    void check_members(const NamedType& type) {
        if (type.possible_types.empty())
            problem("Union type {} must define one or more member types.", type.name);
        std::set<const NamedType*> seen;
        for (const NamedType* member : type.possible_types) {
            if (member->kind != TypeKind::Object)
                problem("Union type {} can only include Object types, it cannot include {}.",
                        type.name, member->name);
            if (!seen.insert(member).second)
                problem("Union type {} can only include type {} once.", type.name, member->name);
        }
    }

    void check_enum(const NamedType& type) {
        if (type.enum_values.empty())
            problem("Enum type {} must define one or more values.", type.name);
        check_unique(type.enum_values, [&] { return fmt::format("Enum value {}.", type.name); });
        for (const EnumValueDef& value : type.enum_values) {
            check_name(value.name, [&] { return fmt::format("{}.{}", type.name, value.name); });
            if (value.name == "true" || value.name == "false" || value.name == "null")
                problem("Enum type {} cannot include value: {}.", type.name, value.name);
        }
    }

    void check_input_object(const NamedType& type) {
        if (type.input_fields.empty())
            problem("Input Object type {} must define one or more fields.", type.name);
        check_inputs(type.input_fields, [&] { return fmt::format("input field {}.", type.name); });
        if (!type.one_of) return;
        for (const InputValueDef& field : type.input_fields) {
            if (field.type->is_non_null())
                problem("OneOf input field {}.{} must be nullable.", type.name, field.name);
            if (field.default_value != nullptr)
                problem("OneOf input field {}.{} cannot have a default value.", type.name,
                        field.name);
        }
    }

    const Schema::Storage& schema_;
    Problems& problems_;
    /// Of check_unique, between whose calls it keeps its memory.
    std::vector<std::string_view> names_;
};

}  // namespace

bool is_subtype(const Type& type, const Type& wanted) noexcept {
    if (&type == &wanted) return true;
    if (wanted.is_non_null()) return type.is_non_null() && is_subtype(*type.of, *wanted.of);
    if (type.is_non_null()) return is_subtype(*type.of, wanted);
    if (wanted.is_list()) return type.is_list() && is_subtype(*type.of, *wanted.of);
    if (type.is_list() || !wanted.named->is_abstract()) return false;
    const auto& above = type.named->interfaces;
    return (type.named->kind == TypeKind::Object && wanted.named->is_possible(*type.named)) ||
           std::find(above.begin(), above.end(), wanted.named) != above.end();
}

void check_schema(const Schema::Storage& schema, Problems& problems) {
    Checker(schema, problems).run();
}

}  // namespace fraiseql::graphql
