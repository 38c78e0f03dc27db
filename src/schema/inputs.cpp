// SPDX-License-Identifier: MIT
// The where and order inputs of every object type, from its fields and its relation's columns.
#include "schema/inputs.hpp"

#include <fmt/format.h>

#include "schema/draft.hpp"
#include "schema/filters.hpp"
#include "schema/members.hpp"
#include "schema/operator.hpp"

namespace fraiseql::schema {
namespace {

using graphql::TypeKind;
using graphql::TypeSpec;

class InputWriter {
  public:
    explicit InputWriter(Draft& draft) : draft_(draft), composites_(collect_members(draft)) {
        for (const Entity& entity : draft.model.entities)
            entities_.insert(entity.type_name);
    }

    void write() {
        add_direction();
        for (const Entity& entity : draft_.model.entities) {
            std::vector<Member> members = composites_[entity.type_name];
            add_column_members(draft_, entity, members);
            write_where(where_input(entity.type_name), entity.type_name, members);
            write_order(order_input(entity.type_name), entity.type_name, members);
        }
    }

    /// For rows that a function returns; functions that return the same rows share the inputs.
    void write_row(const std::string& type) {
        write_where(where_input(type), type, composites_[type]);
        write_order(order_input(type), type, composites_[type]);
    }

  private:
    void write_where(const std::string& name, const std::string& type,
                     const std::vector<Member>& members) {
        if (!draft_.type_names.insert(name).second) return;
        std::vector<graphql::InputValueSpec> fields;
        for (const Member& member : members) {
            if (member.object.empty()) {
                add_conditions(name, member, fields);
                continue;
            }
            if (!composites_.contains(member.object)) continue;
            InputBinding binding{.value = member.value};
            std::string input;
            if (member.list) {
                binding.kind = InputBinding::Kind::List;
                input = write_list_filter(member.object);
                binding.input_type = nested_where_input(member.object);
            } else {
                binding.kind = InputBinding::Kind::Object;
                input = nested_where_input(member.object);
                write_where(input, member.object, composites_[member.object]);
                binding.input_type = input;
            }
            fields.push_back(
                {.name = member.name, .type = input, .description = member.description});
            draft_.inputs[name][member.name] = std::move(binding);
        }
        add_connectives(name, fields);
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.description = fmt::format("Which {} to return; all conditions must hold.", type);
        spec.input_fields = std::move(fields);
    }

    /// On a value: as one filter, or an operator each.
    void add_conditions(const std::string& name, const Member& member,
                        std::vector<graphql::InputValueSpec>& fields) {
        const catalog::Oid type = member.value.type;
        const Leaf leaf = draft_.leaf(type, member.value.key);
        const FilterStyle style = draft_.options.filters;
        if (style != FilterStyle::Suffix) {
            fields.push_back({.name = member.name,
                              .type = use_filter(draft_, type, leaf),
                              .description = member.description});
            draft_.inputs[name][member.name] = {.value = member.value};
        }
        if (style == FilterStyle::Nested) return;
        const FilterKind kind = filter_of(draft_.model.catalog, type, leaf);
        draft_.use_leaf(leaf, type, true);
        for (const Operator& op : operators()) {
            if (op.suffix.empty() || kind.find(op.name) != &op) continue;
            const bool bare = op.name == "eq" && style == FilterStyle::Suffix;
            std::string condition =
                bare ? member.name : fmt::format("{}_{}", member.name, op.suffix);
            fields.push_back({.name = condition,
                              .type = use_operand(draft_, op, leaf),
                              .description = std::string(op.description)});
            draft_.inputs[name][std::move(condition)] = {
                .kind = InputBinding::Kind::Operator, .value = member.value, .op = &op};
        }
    }

    void add_connectives(const std::string& name, std::vector<graphql::InputValueSpec>& fields) {
        using Kind = InputBinding::Kind;
        fields.push_back(
            {.name = "AND", .type = "[" + name + "!]", .description = "All of these hold."});
        fields.push_back(
            {.name = "OR",
             .type = "[" + name + "!]",
             .description = "At least one of these holds; an empty list asks nothing."});
        fields.push_back({.name = "NOT", .type = name, .description = "This does not hold."});
        draft_.inputs[name]["AND"] = {.kind = Kind::And, .input_type = name};
        draft_.inputs[name]["OR"] = {.kind = Kind::Or, .input_type = name};
        draft_.inputs[name]["NOT"] = {.kind = Kind::Not, .input_type = name};
    }

    std::string write_list_filter(const std::string& object) {
        const std::string name = list_filter(object);
        const std::string item = nested_where_input(object);
        write_where(item, object, composites_[object]);
        if (!entities_.contains(object))
            write_order(nested_order_input(object), object, composites_[object]);
        if (!draft_.type_names.insert(name).second) return name;
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.description = fmt::format("What must hold of a list of {}.", object);
        spec.input_fields = {
            {.name = "some", .type = item, .description = "Of at least one item."},
            {.name = "every",
             .type = item,
             .description = "Of all items, also where there are none."},
            {.name = "none", .type = item, .description = "Of no item."},
            {.name = "isEmpty", .type = "Boolean", .description = "True: there are no items."}};
        draft_.use_leaf({.type = "Boolean"}, catalog::kBool, true);
        return name;
    }

    void write_order(const std::string& name, const std::string& type,
                     const std::vector<Member>& members) {
        if (!draft_.type_names.insert(name).second) return;
        std::vector<graphql::InputValueSpec> fields;
        for (const Member& member : members) {
            InputBinding binding{.value = member.value};
            std::string input = kOrderDirection;
            if (member.object.empty()) {
                if (!is_sortable(draft_.model.catalog, member.value.type)) continue;
            } else {
                if (member.list || !composites_.contains(member.object)) continue;
                input = nested_order_input(member.object);
                write_order(input, member.object, composites_[member.object]);
                if (!draft_.order_inputs.contains(input)) continue;
                binding.kind = InputBinding::Kind::Object;
                binding.input_type = input;
            }
            fields.push_back(
                {.name = member.name, .type = input, .description = member.description});
            draft_.inputs[name][member.name] = std::move(binding);
        }
        if (fields.empty()) return;
        draft_.order_inputs.insert(name);
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.description = fmt::format("One criterion to order {} by.", type);
        spec.input_fields = std::move(fields);
        spec.one_of = true;
    }

    void add_direction() {
        draft_.type_names.insert(kOrderDirection);
        TypeSpec& spec = draft_.builder.add(TypeKind::Enum, kOrderDirection);
        spec.description =
            "Which end comes first. Without a word on nulls, PostgreSQL's rule holds: "
            "they are larger than any value.";
        for (const char* value : {"ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST",
                                  "DESC_NULLS_FIRST", "DESC_NULLS_LAST"})
            spec.values.push_back({.name = value});
    }

    Draft& draft_;
    MembersByType composites_;
    /// The types of entities.
    std::unordered_set<std::string_view> entities_ = {};
};

}  // namespace

void build_inputs(Draft& draft) { InputWriter(draft).write(); }

void build_row_inputs(Draft& draft, const std::string& type) { InputWriter(draft).write_row(type); }

}  // namespace fraiseql::schema
