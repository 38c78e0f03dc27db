// SPDX-License-Identifier: MIT
// Aggregates: counts, sums and their like over the rows of an entity, as a whole or by groups.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "schema/filters.hpp"
#include "schema/inputs.hpp"
#include "schema/members.hpp"
#include "schema/naming.hpp"
#include "schema/operator.hpp"

namespace fraiseql::schema {
namespace {

using graphql::TypeKind;

/// An aggregate function, and the type of its result over a base type.
struct Function {
    std::string_view field;
    std::string_view type_suffix;
    std::string_view description;
};

constexpr std::array kFunctions = {
    Function{"countDistinct", "CountDistinct",
             "How many different values there are, without null."},
    Function{"sum", "Sum", "The sum of the values; null where there are none."},
    Function{"avg", "Average", "The mean of the values; null where there are none."},
    Function{"min", "Minimum", "The smallest value; null where there are none."},
    Function{"max", "Maximum", "The largest value; null where there are none."},
    Function{"stddev", "StandardDeviation", "The sample standard deviation; null for one value."},
    Function{"variance", "Variance", "The sample variance; null for one value."},
};

/// The PostgreSQL type of `function` over `base` (PostgreSQL §9.21), or empty where it has none.
std::string_view result_type(std::string_view function, std::string_view base) {
    const bool small = is_one_of(base, {"int2", "int4"});
    const bool exact = small || is_one_of(base, {"int8", "numeric"});
    const bool real = is_one_of(base, {"float4", "float8"});
    if (function == "countDistinct") return "int8";
    if (function == "sum") {
        if (small) return "int8";
        return exact ? "numeric" : real || base == "interval" ? base : std::string_view{};
    }
    if (function == "avg" && base == "interval") return base;
    if (function == "avg" || function == "stddev" || function == "variance")
        return exact ? "numeric" : real ? "float8" : std::string_view{};
    const bool comparable =
        exact || real ||
        is_one_of(base, {"date", "time", "timetz", "timestamp", "timestamptz", "interval", "text",
                         "varchar", "bpchar", "citext", "inet"});
    if (!comparable) return {};
    return is_one_of(base, {"varchar", "citext"}) ? std::string_view("text") : base;
}

class AggregateWriter {
  public:
    explicit AggregateWriter(Draft& draft) : draft_(draft), composites_(collect_members(draft)) {}

    /// Adds `<list>Aggregate` for every entity to the fields of Query.
    void write() {
        for (const Entity& entity : draft_.model.entities) {
            std::vector<Member> members = composites_[entity.type_name];
            add_column_members(draft_, entity, members);
            std::erase_if(members, [&](const Member& member) {
                return !member.object.empty() || !is_countable(member);
            });
            if (!members.empty() && take_names(entity)) write_entity(entity, members);
        }
    }

  private:
    const catalog::Type* base_type(const Member& member) const {
        return draft_.model.catalog.type(draft_.model.catalog.base_type(member.value.type));
    }

    bool is_countable(const Member& member) const {
        const catalog::Type* type = base_type(member);
        return type != nullptr && is_sortable(draft_.model.catalog, member.value.type);
    }

    bool take_names(const Entity& entity) {
        const std::string name = entity.type_name + "Aggregate";
        if (draft_.type_names.contains(name)) {
            draft_.find(subject_of(*entity.relation),
                        fmt::format("has no aggregates: the name {} is taken.", name));
            return false;
        }
        draft_.type_names.insert(
            {name, name + "Keys", name + "GroupByInput", name + "HavingInput"});
        for (const Function& function : kFunctions)
            draft_.type_names.insert(aggregate_type(name, function.field));
        return true;
    }

    void write_entity(const Entity& entity, const std::vector<Member>& members) {
        const std::string name = entity.type_name + "Aggregate";
        std::vector<graphql::FieldSpec> fields;
        fields.push_back({.name = "keys",
                          .type = name + "Keys!",
                          .description = "The values that the rows of this group share."});
        fields.push_back({.name = "count",
                          .type = scalar("BigInt") + "!",
                          .description = "How many rows there are."});
        std::vector<graphql::InputValueSpec> having = {
            {.name = "count", .type = use_filter(draft_, catalog::kInt8, {.type = "BigInt"})}};
        for (const Function& function : kFunctions)
            add_function(name, function, members, fields, having);
        write_keys(name, members);
        write_group_by(name, members);
        graphql::TypeSpec& input = draft_.builder.add(TypeKind::InputObject, name + "HavingInput");
        input.description = "Which groups to return; all conditions must hold.";
        input.input_fields = std::move(having);
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Object, name);
        type.description = fmt::format("Rows of {} taken together.", entity.type_name);
        type.fields = std::move(fields);
        draft_.aggregated.insert(&entity);
    }

    void add_function(const std::string& name, const Function& function,
                      const std::vector<Member>& members, std::vector<graphql::FieldSpec>& fields,
                      std::vector<graphql::InputValueSpec>& having) {
        const std::string type_name = aggregate_type(name, function.field);
        std::vector<graphql::FieldSpec> results;
        std::vector<graphql::InputValueSpec> conditions;
        std::map<std::string, FieldBinding> bindings;
        std::map<std::string, InputBinding> having_bindings;
        results.reserve(members.size());
        conditions.reserve(members.size());
        for (const Member& member : members) {
            const catalog::Type& of = *base_type(member);
            const std::string_view result = result_type(function.field, of.name);
            const catalog::Type* type = draft_.model.catalog.type("pg_catalog", result);
            const bool count = function.field == "countDistinct";
            const bool base = of.kind == catalog::Type::Kind::Base;
            if (result.empty() || type == nullptr || !(base || count)) continue;
            const Leaf leaf = draft_.leaf(type->oid, "value");
            results.push_back(
                {.name = member.name, .type = draft_.use_leaf(leaf, type->oid, !count)});
            bindings.emplace(member.name, member.value);
            conditions.push_back(
                {.name = member.name, .type = use_filter(draft_, type->oid, leaf)});
            InputBinding binding{.value = member.value};
            binding.operand_type = binding.value.type;
            binding.value.type = type->oid;
            having_bindings.emplace(member.name, std::move(binding));
        }
        if (results.empty()) return;
        draft_.fields[type_name] = std::move(bindings);
        draft_.inputs[type_name + "HavingInput"] = std::move(having_bindings);
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Object, type_name);
        type.description = std::string(function.description);
        type.fields = std::move(results);
        fields.push_back({.name = std::string(function.field), .type = type_name + "!"});
        graphql::TypeSpec& input =
            draft_.builder.add(TypeKind::InputObject, type_name + "HavingInput");
        input.input_fields = std::move(conditions);
        having.push_back({.name = std::string(function.field), .type = type_name + "HavingInput"});
    }

    void write_keys(const std::string& name, const std::vector<Member>& members) {
        std::vector<graphql::FieldSpec> keys;
        keys.reserve(members.size());
        auto& bindings = draft_.fields[name + "Keys"];
        for (const Member& member : members) {
            const Leaf leaf = draft_.leaf(member.value.type, member.value.key);
            keys.push_back(
                {.name = member.name, .type = draft_.use_leaf(leaf, member.value.type, true)});
            FieldBinding& binding = bindings[member.name] = member.value;
            binding.as_text = leaf.as_text;
        }
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Object, name + "Keys");
        type.description = "Only fields that groupBy names can be asked for.";
        type.fields = std::move(keys);
    }

    void write_group_by(const std::string& name, const std::vector<Member>& members) {
        std::vector<graphql::InputValueSpec> fields;
        fields.reserve(members.size());
        auto& bindings = draft_.inputs[name + "GroupByInput"];
        for (const Member& member : members) {
            const bool time =
                is_one_of(base_type(member)->name, {"date", "timestamp", "timestamptz"});
            fields.push_back({.name = member.name, .type = time ? truncation() : grouping()});
            bindings[member.name] = {.value = member.value};
        }
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::InputObject, name + "GroupByInput");
        type.description = "One criterion to group by.";
        type.input_fields = std::move(fields);
        type.one_of = true;
    }

    std::string grouping() {
        const std::string name = "Grouping";
        if (!draft_.type_names.insert(name).second) return name;
        draft_.builder.add(TypeKind::Enum, name).values = {
            {.name = "VALUE", .description = "Rows with the same value form a group."}};
        return name;
    }

    std::string truncation() {
        const std::string name = "TimeGrouping";
        if (!draft_.type_names.insert(name).second) return name;
        graphql::TypeSpec& type = draft_.builder.add(TypeKind::Enum, name);
        type.description = "Rows whose times are the same when cut to this unit form a group.";
        for (const char* unit :
             {"VALUE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"})
            type.values.push_back({.name = unit});
        return name;
    }

    std::string scalar(const char* name) { return draft_.use_leaf({.type = name}, 0, true); }

    Draft& draft_;
    MembersByType composites_;
};

}  // namespace

std::string aggregate_type(const std::string& aggregate, std::string_view function) {
    for (const Function& known : kFunctions)
        if (known.field == function) return aggregate + std::string(known.type_suffix);
    return aggregate;
}

void build_aggregates(Draft& draft) { AggregateWriter(draft).write(); }

}  // namespace fraiseql::schema
