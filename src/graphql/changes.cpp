// SPDX-License-Identifier: MIT
#include "graphql/changes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fraiseql::graphql {
namespace {

using enum Impact;

bool is_named(const Type& type) { return type.kind == Type::Kind::Named; }

/// Whether what `after` promises of an answer holds all that `before` did.
bool is_safe_output(const Type& before, const Type& after) {
    if (before.is_non_null()) return after.is_non_null() && is_safe_output(*before.of, *after.of);
    if (after.is_non_null()) return is_safe_output(before, *after.of);
    if (before.is_list()) return after.is_list() && is_safe_output(*before.of, *after.of);
    return is_named(after) && before.named->name == after.named->name;
}

/// Whether `after` takes every value that `before` took.
bool is_safe_input(const Type& before, const Type& after) {
    if (before.is_non_null()) return is_safe_input(*before.of, *after.nullable());
    if (before.is_list()) return after.is_list() && is_safe_input(*before.of, *after.of);
    return is_named(after) && before.named->name == after.named->name;
}

std::string_view kind_of(const NamedType& type) {
    switch (type.kind) {
        case TypeKind::Scalar:
            return "a Scalar type";
        case TypeKind::Object:
            return "an Object type";
        case TypeKind::Interface:
            return "an Interface type";
        case TypeKind::Union:
            return "a Union type";
        case TypeKind::Enum:
            return "an Enum type";
        case TypeKind::InputObject:
            break;
    }
    return "an Input type";
}

template <class List, class Visit>
void for_each_missing(const List& list, const List& other, Visit visit) {
    for (const auto& each : list)
        if (std::none_of(other.begin(), other.end(),
                         [&](const auto& one) { return one.name == each.name; }))
            visit(each);
}

std::vector<std::string_view> names_of(std::span<const NamedType* const> types) {
    std::vector<std::string_view> out;
    for (const NamedType* type : types)
        out.push_back(type->name);
    return out;
}

bool holds(const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class Comparison {
  public:
    std::vector<Change> run(const Schema& before, const Schema& after) {
        compare_roots(before, after);
        // Built-in scalars come and go with the fields that have them.
        for (const NamedType* type : before.types())
            if (is_built_in(*type))
                continue;
            else if (const NamedType* now = after.type(type->name))
                compare(*type, *now);
            else
                add(Breaking, "TYPE_REMOVED", type->name, "{} was removed.", type->name);
        for (const NamedType* type : after.types())
            if (before.type(type->name) == nullptr && !is_built_in(*type))
                add(Safe, "TYPE_ADDED", type->name, "{} was added.", type->name);
        compare_directives(before, after);
        std::stable_sort(changes_.begin(), changes_.end(),
                         [](const Change& a, const Change& b) { return a.impact < b.impact; });
        return std::move(changes_);
    }

  private:
    template <class... Args>
    void add(Impact impact, std::string_view code, std::string_view place,
             fmt::format_string<Args...> message, Args&&... args) {
        changes_.push_back(
            {impact, code, std::string(place), fmt::format(message, std::forward<Args>(args)...)});
    }

    void compare_roots(const Schema& before, const Schema& after) {
        const auto compare = [&](const NamedType* old, const NamedType* now, const char* what) {
            if (old == nullptr || (now != nullptr && now->name == old->name)) return;
            // Where its type is gone, that says it already.
            if (now == nullptr && after.type(old->name) == nullptr) return;
            add(Breaking, "ROOT_TYPE_CHANGED", old->name,
                "{} is no longer the type that a {} begins with.", old->name, what);
        };
        compare(before.query(), after.query(), "query");
        compare(before.mutation(), after.mutation(), "mutation");
        compare(before.subscription(), after.subscription(), "subscription");
    }

    void compare(const NamedType& before, const NamedType& after) {
        if (before.kind != after.kind)
            return add(Breaking, "TYPE_CHANGED_KIND", before.name, "{} changed from {} to {}.",
                       before.name, kind_of(before), kind_of(after));
        compare_values(before, after);
        if (before.kind == TypeKind::Union) compare_members(before, after);
        compare_input_fields(before, after);
        compare_fields(before, after);
        compare_interfaces(before, after);
    }

    void compare_values(const NamedType& before, const NamedType& after) {
        for_each_missing(after.enum_values, before.enum_values, [&](const EnumValueDef& value) {
            add(Dangerous, "VALUE_ADDED_TO_ENUM", fmt::format("{}.{}", before.name, value.name),
                "{} was added to enum type {}.", value.name, before.name);
        });
        for_each_missing(before.enum_values, after.enum_values, [&](const EnumValueDef& value) {
            add(Breaking, "VALUE_REMOVED_FROM_ENUM", fmt::format("{}.{}", before.name, value.name),
                "{} was removed from enum type {}.", value.name, before.name);
        });
    }

    void compare_members(const NamedType& before, const NamedType& after) {
        const auto old = names_of(before.possible_types);
        const auto now = names_of(after.possible_types);
        for (const std::string_view name : now)
            if (!holds(old, name))
                add(Dangerous, "TYPE_ADDED_TO_UNION", before.name, "{} was added to union type {}.",
                    name, before.name);
        for (const std::string_view name : old)
            if (!holds(now, name))
                add(Breaking, "TYPE_REMOVED_FROM_UNION", before.name,
                    "{} was removed from union type {}.", name, before.name);
    }

    void compare_interfaces(const NamedType& before, const NamedType& after) {
        const auto old = names_of(before.interfaces);
        const auto now = names_of(after.interfaces);
        for (const std::string_view name : now)
            if (!holds(old, name))
                add(Dangerous, "IMPLEMENTED_INTERFACE_ADDED", before.name,
                    "{} added to interfaces implemented by {}.", name, before.name);
        for (const std::string_view name : old)
            if (!holds(now, name))
                add(Breaking, "IMPLEMENTED_INTERFACE_REMOVED", before.name,
                    "{} no longer implements interface {}.", before.name, name);
    }

    void compare_input_fields(const NamedType& before, const NamedType& after) {
        if (!before.one_of && after.one_of)
            add(Breaking, "INPUT_OBJECT_BECAME_ONE_OF", before.name,
                "{} takes exactly one of its fields now.", before.name);
        const auto place = [&](const InputValueDef& field) {
            return fmt::format("{}.{}", before.name, field.name);
        };
        for_each_missing(after.input_fields, before.input_fields, [&](const InputValueDef& field) {
            if (field.is_required())
                add(Breaking, "REQUIRED_INPUT_FIELD_ADDED", place(field),
                    "A required field {} on input type {} was added.", field.name, before.name);
            else
                add(Dangerous, "OPTIONAL_INPUT_FIELD_ADDED", place(field),
                    "An optional field {} on input type {} was added.", field.name, before.name);
        });
        for_each_missing(before.input_fields, after.input_fields, [&](const InputValueDef& field) {
            add(Breaking, "FIELD_REMOVED", place(field), "{} was removed.", place(field));
        });
        for (const InputValueDef& field : before.input_fields) {
            const InputValueDef* now = after.input_field(field.name);
            if (now == nullptr) continue;
            compare_types(*field.type, *now->type, is_safe_input(*field.type, *now->type), "FIELD",
                          place(field));
            if (field.default_text != now->default_text)
                add(Dangerous, "INPUT_FIELD_DEFAULT_VALUE_CHANGE", place(field),
                    "{} changed its default value from {} to {}.", place(field),
                    or_none(field.default_text), or_none(now->default_text));
        }
    }

    void compare_types(const Type& before, const Type& after, bool safe, std::string_view what,
                       const std::string& place) {
        const std::string old = to_string(before);
        const std::string now = to_string(after);
        if (old == now) return;
        const bool field = what == "FIELD";
        add(safe ? Safe : Breaking,
            field  ? safe ? "FIELD_CHANGED_KIND_SAFE" : "FIELD_CHANGED_KIND"
            : safe ? "ARG_CHANGED_KIND_SAFE"
                   : "ARG_CHANGED_KIND",
            place, "{} changed type from {} to {}.", place, old, now);
    }

    static std::string_view or_none(std::string_view text) {
        return text.empty() ? std::string_view("none") : text;
    }

    void compare_fields(const NamedType& before, const NamedType& after) {
        const auto place = [&](const FieldDef& field) {
            return fmt::format("{}.{}", before.name, field.name);
        };
        for_each_missing(before.fields, after.fields, [&](const FieldDef& field) {
            add(Breaking, "FIELD_REMOVED", place(field), "{} was removed.", place(field));
        });
        for_each_missing(after.fields, before.fields, [&](const FieldDef& field) {
            add(Safe, "FIELD_ADDED", place(field), "{} was added.", place(field));
        });
        for (const FieldDef& field : before.fields) {
            const FieldDef* now = after.field(field.name);
            if (now == nullptr) continue;
            compare_arguments(field, *now, place(field));
            compare_types(*field.type, *now->type, is_safe_output(*field.type, *now->type), "FIELD",
                          place(field));
        }
    }

    void compare_arguments(const FieldDef& before, const FieldDef& after,
                           const std::string& field) {
        const auto place = [&](const InputValueDef& arg) {
            return fmt::format("{}({}:)", field, arg.name);
        };
        for_each_missing(before.args, after.args, [&](const InputValueDef& arg) {
            add(Breaking, "ARG_REMOVED", place(arg), "{} was removed.", place(arg));
        });
        for_each_missing(after.args, before.args, [&](const InputValueDef& arg) {
            if (arg.is_required())
                add(Breaking, "REQUIRED_ARG_ADDED", place(arg), "A required argument {} was added.",
                    place(arg));
            else
                add(Dangerous, "OPTIONAL_ARG_ADDED", place(arg),
                    "An optional argument {} was added.", place(arg));
        });
        for (const InputValueDef& arg : before.args) {
            const InputValueDef* now = after.arg(arg.name);
            if (now == nullptr) continue;
            const bool safe = is_safe_input(*arg.type, *now->type);
            compare_types(*arg.type, *now->type, safe, "ARG", place(arg));
            if (!safe || arg.default_value == nullptr || arg.default_text == now->default_text)
                continue;
            add(Dangerous, "ARG_DEFAULT_VALUE_CHANGE", place(arg),
                "{} changed its default value from {} to {}.", place(arg), arg.default_text,
                or_none(now->default_text));
        }
    }

    void compare_directives(const Schema& before, const Schema& after) {
        for (const DirectiveDef& each : before.directives())
            if (const DirectiveDef* now = after.directive(each.name))
                compare(each, *now);
            else
                add(Breaking, "DIRECTIVE_REMOVED", fmt::format("@{}", each.name),
                    "@{} was removed.", each.name);
        for_each_missing(after.directives(), before.directives(), [&](const DirectiveDef& each) {
            add(Safe, "DIRECTIVE_ADDED", fmt::format("@{}", each.name), "@{} was added.",
                each.name);
        });
    }

    void compare(const DirectiveDef& before, const DirectiveDef& after) {
        const std::string name = fmt::format("@{}", before.name);
        for_each_missing(after.args, before.args, [&](const InputValueDef& arg) {
            if (arg.is_required())
                add(Breaking, "REQUIRED_DIRECTIVE_ARG_ADDED", name,
                    "A required argument {} of {} was added.", arg.name, name);
            else
                add(Safe, "OPTIONAL_DIRECTIVE_ARG_ADDED", name,
                    "An optional argument {} of {} was added.", arg.name, name);
        });
        for_each_missing(before.args, after.args, [&](const InputValueDef& arg) {
            add(Breaking, "DIRECTIVE_ARG_REMOVED", name, "{} was removed from {}.", arg.name, name);
        });
        if (before.repeatable != after.repeatable)
            add(after.repeatable ? Safe : Breaking,
                after.repeatable ? "DIRECTIVE_REPEATABLE_ADDED" : "DIRECTIVE_REPEATABLE_REMOVED",
                name, "{} may {} be repeated.", name, after.repeatable ? "now" : "no longer");
        for (const DirectiveLocation location : before.locations)
            if (!after.allows(location))
                add(Breaking, "DIRECTIVE_LOCATION_REMOVED", name, "{} was removed from {}.",
                    to_string(location), name);
        for (const DirectiveLocation location : after.locations)
            if (!before.allows(location))
                add(Safe, "DIRECTIVE_LOCATION_ADDED", name, "{} was added to {}.",
                    to_string(location), name);
    }

    std::vector<Change> changes_;
};

}  // namespace

std::string_view to_string(Impact impact) noexcept {
    switch (impact) {
        case Breaking:
            return "breaking";
        case Dangerous:
            return "dangerous";
        case Safe:
            break;
    }
    return "safe";
}

std::vector<Change> find_changes(const Schema& before, const Schema& after) {
    return Comparison().run(before, after);
}

}  // namespace fraiseql::graphql
