// SPDX-License-Identifier: MIT
// The where and order inputs of every object type, from its fields and its relation's columns.
#include "schema/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schema/draft.hpp"
#include "schema/naming.hpp"
#include "schema/operator.hpp"

namespace fraiseql::schema {
namespace {

using graphql::TypeKind;
using graphql::TypeSpec;

/// Something that rows can be filtered or ordered by.
struct Member {
    std::string name;
    std::optional<std::string> description;
    FieldBinding value;
    /// The object type of a nested object or list of objects; empty for leaves.
    std::string object = {};
    bool list = false;
};

std::string_view named(std::string_view type) {
    while (type.ends_with('!') || type.ends_with(']')) type.remove_suffix(1);
    while (type.starts_with('[')) type.remove_prefix(1);
    return type;
}

class InputWriter {
  public:
    explicit InputWriter(Draft& draft) : draft_(draft) {
        for (const TypeSpec& type : draft.builder.types)
            if (type.kind == TypeKind::Object || type.kind == TypeKind::Interface ||
                type.kind == TypeKind::Union)
                composites_.emplace(type.name, collect(type));
    }

    void write() {
        add_direction();
        for (const Entity& entity : draft_.model.entities) {
            std::vector<Member> members = composites_[entity.type_name];
            add_columns(entity, members);
            write_where(where_input(entity.type_name), entity.type_name, members);
            write_order(order_input(entity.type_name), entity.type_name, members);
        }
    }

  private:
    std::vector<Member> collect(const TypeSpec& type) const {
        std::vector<Member> members;
        for (const graphql::FieldSpec& field : type.fields) {
            auto binding = draft_.fields.find({type.name, field.name});
            if (binding == draft_.fields.end()) continue;
            Member member{field.name, field.description, binding->second};
            if (member.value.type == 0) {
                member.object = named(field.type);
                member.list = field.type.starts_with('[');
                if (field.type.starts_with("[[")) continue;
            }
            members.push_back(std::move(member));
        }
        return members;
    }

    /// Columns beside the document are there to filter and order by.
    void add_columns(const Entity& entity, std::vector<Member>& members) const {
        for (const catalog::Column& column : entity.relation->columns) {
            if (entity.document == column.number) continue;
            const std::string name = camel_case(bare_column(column.name));
            auto same = std::find_if(members.begin(), members.end(),
                                     [&](const Member& member) { return member.name == name; });
            if (same != members.end()) continue;
            const lineage::ColumnShape* shape =
                draft_.model.lineage.relation(entity.relation->oid).column(column.number);
            Member member{.name = name,
                          .value = {.key = column.name,
                                    .column = column.number,
                                    .type = column.type,
                                    .nullable = shape == nullptr || shape->shape->nullable}};
            if (!column.comment.empty()) member.description = column.comment;
            members.push_back(std::move(member));
        }
    }

    void write_where(const std::string& name, const std::string& type,
                     const std::vector<Member>& members) {
        if (!draft_.type_names.insert(name).second) return;
        std::vector<graphql::InputValueSpec> fields;
        for (const Member& member : members) {
            InputBinding binding{.value = member.value};
            std::string input;
            if (member.object.empty()) {
                input = use_filter(member);
            } else if (!composites_.contains(member.object)) {
                continue;
            } else if (member.list) {
                binding.kind = InputBinding::Kind::List;
                input = write_list_filter(member.object);
                binding.input_type = nested_where_input(member.object);
            } else {
                binding.kind = InputBinding::Kind::Object;
                input = nested_where_input(member.object);
                write_where(input, member.object, composites_[member.object]);
                binding.input_type = input;
            }
            fields.push_back({.name = member.name, .type = input, .description = member.description});
            draft_.model.inputs[{name, member.name}] = std::move(binding);
        }
        add_connectives(name, fields);
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.description = fmt::format("Which {} to return; all conditions must hold.", type);
        spec.input_fields = std::move(fields);
    }

    void add_connectives(const std::string& name, std::vector<graphql::InputValueSpec>& fields) {
        using Kind = InputBinding::Kind;
        fields.push_back({.name = "AND", .type = "[" + name + "!]", .description = "All of these hold."});
        fields.push_back({.name = "OR",
                          .type = "[" + name + "!]",
                          .description = "At least one of these holds; an empty list asks nothing."});
        fields.push_back({.name = "NOT", .type = name, .description = "This does not hold."});
        draft_.model.inputs[{name, "AND"}] = {.kind = Kind::And, .input_type = name};
        draft_.model.inputs[{name, "OR"}] = {.kind = Kind::Or, .input_type = name};
        draft_.model.inputs[{name, "NOT"}] = {.kind = Kind::Not, .input_type = name};
    }

    std::string write_list_filter(const std::string& object) {
        const std::string name = list_filter(object);
        const std::string item = nested_where_input(object);
        write_where(item, object, composites_[object]);
        if (!draft_.type_names.insert(name).second) return name;
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.description = fmt::format("What must hold of a list of {}.", object);
        spec.input_fields = {
            {.name = "some", .type = item, .description = "Of at least one item."},
            {.name = "every", .type = item, .description = "Of all items, also where there are none."},
            {.name = "none", .type = item, .description = "Of no item."},
            {.name = "isEmpty", .type = "Boolean", .description = "True: there are no items."}};
        draft_.use_leaf({.type = "Boolean"}, catalog::kBool, true);
        return name;
    }

    std::string use_filter(const Member& member) {
        const Leaf leaf = leaf_of(draft_.model.catalog, member.value.type, member.value.key);
        const FilterKind kind = filter_of(draft_.model.catalog, member.value.type, leaf);
        draft_.use_leaf(leaf, member.value.type, true);
        if (!draft_.type_names.insert(kind.name).second) return kind.name;
        std::vector<graphql::InputValueSpec> fields;
        for (const Operator& op : operators())
            if (kind.find(op.name) == &op)
                fields.push_back({.name = std::string(op.name),
                                  .type = operand_type(op, leaf),
                                  .description = std::string(op.description)});
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, kind.name);
        spec.description = "All conditions given must hold.";
        spec.input_fields = std::move(fields);
        return kind.name;
    }

    std::string operand_type(const Operator& op, const Leaf& leaf) {
        auto scalar = [&](const char* name) {
            draft_.use_leaf({.type = name}, 0, true);
            return std::string(name);
        };
        switch (op.operand) {
            case Operand::Same: return leaf.list ? "[" + leaf.type + "!]" : leaf.type;
            case Operand::Many: return "[" + leaf.type + "!]";
            case Operand::Item:
                return op.family == OperatorFamily::Range ? scalar(range_item(leaf.type)) : leaf.type;
            case Operand::Flag:
            case Operand::NotFlag: return scalar("Boolean");
            case Operand::Depth: return scalar("Int");
            case Operand::Texts: return "[" + scalar("String") + "!]";
            case Operand::Range: return use_address_range();
            case Operand::Text:
            case Operand::Contains:
            case Operand::Prefix:
            case Operand::Suffix: return scalar("String");
        }
        return scalar("String");
    }

    static const char* range_item(std::string_view range) {
        if (range == "IntRange") return "Int";
        if (range == "BigIntRange") return "BigInt";
        if (range == "DecimalRange") return "Decimal";
        if (range == "DateRange") return "Date";
        return range == "DateTimeRange" ? "DateTime" : "LocalDateTime";
    }

    std::string use_address_range() {
        const std::string name = "IPAddressRangeInput";
        if (!draft_.type_names.insert(name).second) return name;
        draft_.use_leaf({.type = "IPAddress"}, 0, true);
        TypeSpec& spec = draft_.builder.add(TypeKind::InputObject, name);
        spec.input_fields = {{.name = "from", .type = "IPAddress!"}, {.name = "to", .type = "IPAddress!"}};
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
            fields.push_back({.name = member.name, .type = input, .description = member.description});
            draft_.model.inputs[{name, member.name}] = std::move(binding);
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
        spec.description = "Which end comes first. Without a word on nulls, PostgreSQL's rule holds: "
                           "they are larger than any value.";
        for (const char* value : {"ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST",
                                  "DESC_NULLS_FIRST", "DESC_NULLS_LAST"})
            spec.values.push_back({.name = value});
    }

    Draft& draft_;
    std::unordered_map<std::string, std::vector<Member>> composites_ = {};
};

}  // namespace

void build_inputs(Draft& draft) { InputWriter(draft).write(); }

}  // namespace fraiseql::schema
