// SPDX-License-Identifier: MIT
#include "graphql/input_cycles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace fraiseql::graphql {
namespace {

using Problems = std::vector<std::string>;

/// Tells by its id whether an input object has a finite value, by growing the set of those known to
/// have one.
std::vector<bool> finite_types(const std::vector<const NamedType*>& types) {
    std::vector<bool> finite(types.size());
    const auto is_finite = [&](const Type& type) {
        const Type& inner = *type.nullable();
        return inner.is_list() || inner.named->kind != TypeKind::InputObject ||
               finite[inner.named->id];
    };
    const auto has_value = [&](const NamedType& type) {
        const auto ends = [&](const InputValueDef& field) {
            return type.one_of ? is_finite(*field.type)
                               : !field.type->is_non_null() || is_finite(*field.type);
        };
        return type.one_of ? std::any_of(type.input_fields.begin(), type.input_fields.end(), ends)
                           : std::all_of(type.input_fields.begin(), type.input_fields.end(), ends);
    };
    for (bool grown = true; grown;) {
        grown = false;
        for (const NamedType* type : types)
            if (type->kind == TypeKind::InputObject && !finite[type->id] && has_value(*type))
                grown = finite[type->id] = true;
    }
    return finite;
}

/// Follows default values into the fields that they leave to those fields' own defaults.
class DefaultCycles {
  public:
    explicit DefaultCycles(Problems& problems) : problems_(problems) {}

    void visit(const NamedType& type) {
        for (const InputValueDef& field : type.input_fields)
            visit_field(type, field);
    }

  private:
    void visit_field(const NamedType& type, const InputValueDef& field) {
        if (field.default_value == nullptr) return;
        State& state = states_[&field];
        if (state == State::Done) return;
        if (state == State::Open)
            return problems_.push_back(
                fmt::format("Invalid circular reference. The default value of Input Object field "
                            "{}.{} references itself.",
                            type.name, field.name));
        state = State::Open;
        follow(*field.type, *field.default_value);
        states_[&field] = State::Done;
    }

    void follow(const Type& type, const json::Value& value) {
        for (const json::Value& item : value.items)
            follow(*type.nullable()->of, item);
        if (!value.is_object() || type.named->kind != TypeKind::InputObject) return;
        for (const InputValueDef& field : type.named->input_fields) {
            const json::Value* given = value.find(field.name);
            if (given == nullptr)
                visit_field(*type.named, field);
            else
                follow(*field.type, *given);
        }
    }

    enum class State { New, Open, Done };
    Problems& problems_;
    std::unordered_map<const InputValueDef*, State> states_;
};

}  // namespace

void check_input_cycles(const std::vector<const NamedType*>& types, Problems& problems) {
    const auto finite = finite_types(types);
    DefaultCycles defaults(problems);
    for (const NamedType* type : types) {
        if (type->kind != TypeKind::InputObject) continue;
        defaults.visit(*type);
        if (!finite[type->id] && !type->input_fields.empty())
            problems.push_back(
                fmt::format("Invalid circular reference. The Input Object {} has no finite value: "
                            "make one of the fields of its cycle nullable or a list.",
                            type->name));
    }
}

}  // namespace fraiseql::graphql
