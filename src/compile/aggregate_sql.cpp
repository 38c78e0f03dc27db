// SPDX-License-Identifier: MIT
#include "compile/aggregate_sql.hpp"

#include <fmt/format.h>

#include "compile/filter_sql.hpp"
#include "compile/operator_sql.hpp"
#include "compile/reading.hpp"
#include "compile/rule_sql.hpp"
#include "json/writer.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using plan::Output;
using sql::Fragment;

/// `countDistinct` → count(DISTINCT x), `sum` → sum(x), …; the names are those of the schema.
Fragment aggregate_call(const catalog::Catalog& catalog, std::string_view function,
                        const Fragment& value, catalog::Oid type) {
    if (function == "countDistinct") return Fragment("count(DISTINCT ").add(value).raw(")");
    // The schema has exactly these, each of which PostgreSQL calls the same.
    for (sql::Raw name : {sql::Raw("sum"), sql::Raw("avg"), sql::Raw("min"), sql::Raw("max"),
                          sql::Raw("stddev"), sql::Raw("variance")})
        if (name.text() == function)
            return aggregate_sql_name(catalog, type, name).raw("(").add(value).raw(")");
    return {};
}

/// A time cut to a unit; a day stays a day, whatever the session's time zone.
Fragment truncated(const Fragment& value, catalog::Oid type, std::string_view unit) {
    const bool day = type == catalog::kDate;
    for (sql::Raw name :
         {sql::Raw("'year'"), sql::Raw("'quarter'"), sql::Raw("'month'"), sql::Raw("'week'"),
          sql::Raw("'day'"), sql::Raw("'hour'"), sql::Raw("'minute'")}) {
        std::string upper(name.text().substr(1, name.text().size() - 2));
        for (char& c : upper)
            c = static_cast<char>(c - 'a' + 'A');
        if (upper != unit) continue;
        Fragment out("date_trunc(");
        out.raw(name).raw(", ").add(value);
        return out.raw(day ? sql::Raw("::timestamp)::date") : sql::Raw(")"));
    }
    return value;
}

/// A criterion of groupBy: the field's name and what rows of a group have in common.
struct Key {
    std::string field;
    Fragment value;
};

class AggregateWriter {
  public:
    AggregateWriter(const schema::Model& model, const plan::Read& read, const Value& arguments,
                    const CompileOptions& options, Parameters& parameters)
        : model_(model),
          read_(read),
          arguments_(arguments),
          parameters_(parameters),
          reading_(model, *read.entity, options),
          source_(reading_.rows()),
          prefix_(read.entity->type_name + "Aggregate") {}

    Result<Fragment> write(const Fragment& limit, const Fragment& offset) {
        read_keys();
        FRAISEQL_TRY(Fragment object, object_of(read_.branches.front()));
        FRAISEQL_TRY(Fragment rows, groups());
        if (!limit.empty()) rows.raw(" LIMIT ").add(limit);
        if (!offset.empty()) rows.raw(" OFFSET ").add(offset);
        return Fragment("SELECT coalesce(json_agg(")
            .add(object)
            .raw("), '[]'::json)\nFROM (")
            .add(rows)
            .raw(") AS r");
    }

  private:
    void read_keys() {
        const Value* group_by = arguments_.find("groupBy");
        if (group_by == nullptr) return;
        for (const Value& criterion : group_by->items)
            for (const json::Member& member : criterion.members) {
                const schema::InputBinding* binding =
                    model_.input(prefix_ + "GroupByInput", member.name);
                if (binding == nullptr) continue;
                const schema::FieldBinding& value = binding->value;
                keys_.push_back(
                    {std::string(member.name),
                     truncated(typed_value(model_, value, source_),
                               model_.catalog.base_type(value.type), member.value.text)});
            }
    }

    /// Adds a column to the inner SELECT and returns how the outer one calls it.
    Fragment column(const Fragment& value) {
        Fragment name("c");
        name.number(columns_.size());
        columns_.push_back(Fragment(value).raw(" AS ").add(name));
        return Fragment("r.").add(name);
    }

    Result<Fragment> object_of(const plan::Branch& branch) {
        std::vector<Fragment> members;
        for (const Output& output : branch.outputs) {
            FRAISEQL_TRY(Fragment value, member(output, branch));
            members.push_back(Fragment().literal(output.response_key).raw(", ").add(value));
        }
        return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
    }

    Result<Fragment> member(const Output& output, const plan::Branch& branch) {
        if (output.field == nullptr) return Fragment().literal(branch.type->name);
        const std::string_view name = output.field->name;
        if (name == "count") return column(Fragment("count(*)"));
        const plan::Branch& inner = output.branches.front();
        std::vector<Fragment> members;
        for (const Output& result : inner.outputs) {
            Fragment value;
            if (result.field == nullptr) {
                value.literal(inner.type->name);
            } else if (name == "keys") {
                FRAISEQL_TRY(value, key_value(result));
            } else {
                value = column(aggregate_call(model_.catalog, name,
                                              typed_value(model_, *result.binding, source_),
                                              result.binding->type));
            }
            members.push_back(Fragment().literal(result.response_key).raw(", ").add(value));
        }
        return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
    }

    Result<Fragment> key_value(const Output& output) {
        for (const Key& key : keys_)
            if (key.field == output.field->name)
                return column(output.binding->as_text ? Fragment(key.value).raw("::text")
                                                      : key.value);
        return fail(ErrorCode::BadUserInput,
                    fmt::format("keys.{} can only be asked for when groupBy has {}.",
                                output.field->name, output.field->name),
                    fmt::format("Add {{{}: …}} to groupBy.", output.field->name));
    }

    Result<Fragment> groups() {
        std::vector<Fragment> keys;
        for (const Key& key : keys_)
            keys.push_back(key.value);
        Fragment conditions;
        Fragment filter;
        if (const Value* where = arguments_.find("where")) {
            FRAISEQL_TRY(filter, filter_sql(model_, schema::where_input(read_.entity->type_name),
                                            *where, source_, {std::string("where")}, parameters_));
        }
        add_rules(read_.row_rules, *read_.entity->relation, source_, filter);
        if (!filter.empty()) conditions.raw(" WHERE ").add(filter);
        if (!keys.empty()) conditions.raw(" GROUP BY ").add(join(keys, ", "));
        if (const Value* having = arguments_.find("having")) {
            FRAISEQL_TRY(Fragment condition, having_sql(*having));
            if (!condition.empty()) conditions.raw(" HAVING ").add(condition);
        }
        if (!keys.empty()) conditions.raw(" ORDER BY ").add(join(keys, ", "));
        // All values have been asked for by now.
        Fragment out("SELECT ");
        out.add(join(columns_, ", ")).raw(" FROM ").add(reading_.from());
        return out.add(conditions);
    }

    Result<Fragment> having_sql(const Value& having) {
        std::vector<Fragment> parts;
        for (const json::Member& member : having.members) {
            const Path path{std::string("having"), std::string(member.name)};
            if (member.name == "count") {
                FRAISEQL_TRY(Fragment part,
                             operators_sql(model_, Fragment("count(*)"), catalog::kInt8,
                                           member.value, path, parameters_));
                if (!part.empty()) parts.push_back(std::move(part));
                continue;
            }
            FRAISEQL_TRY(std::vector<Fragment> results, having_function(member, path));
            parts.insert(parts.end(), results.begin(), results.end());
        }
        return join(parts, " AND ");
    }

    Result<std::vector<Fragment>> having_function(const json::Member& function, const Path& path) {
        std::vector<Fragment> parts;
        const std::string input = having_input(prefix_, function.name);
        for (const json::Member& member : function.value.members) {
            const schema::InputBinding* binding = model_.input(input, member.name);
            if (binding == nullptr) continue;
            Path inner = path;
            inner.emplace_back(std::string(member.name));
            // The binding's type is that of the result; its value is found as for any field.
            schema::FieldBinding value = binding->value;
            value.type = binding->operand_type;
            const Fragment call = aggregate_call(model_.catalog, function.name,
                                                 typed_value(model_, value, source_), value.type);
            FRAISEQL_TRY(Fragment part, operators_sql(model_, call, binding->value.type,
                                                      member.value, inner, parameters_));
            if (!part.empty()) parts.push_back(std::move(part));
        }
        return parts;
    }

    static std::string having_input(const std::string& prefix, std::string_view function) {
        return schema::aggregate_type(prefix, function) + "HavingInput";
    }

    const schema::Model& model_;
    const plan::Read& read_;
    const Value& arguments_;
    Parameters& parameters_;
    Reading reading_;
    Source source_;
    std::string prefix_;
    std::vector<Key> keys_ = {};
    std::vector<Fragment> columns_ = {};
};

}  // namespace

Result<Fragment> aggregate_sql(const schema::Model& model, const plan::Read& read,
                               const Value& arguments, const CompileOptions& options,
                               Parameters& parameters) {
    // Groups are a list like any other: without a limit the default page size holds.
    Fragment limit = Fragment().number(options.default_page_size);
    if (const Value* size = arguments.find("limit"); size != nullptr && !size->is_null())
        limit = parameters.add({std::string("limit")}, Fragment("int8"));
    Fragment offset;
    if (const Value* rows = arguments.find("offset"); rows != nullptr && !rows->is_null())
        offset = parameters.add({std::string("offset")}, Fragment("int8"));
    return AggregateWriter(model, read, arguments, options, parameters).write(limit, offset);
}

void append_aggregate_structure(const schema::Model& model, const plan::Read& read,
                                const Value& arguments, std::string& key) {
    for (const char* name : {"limit", "offset"})
        key += arguments.find(name) == nullptr || arguments.find(name)->is_null() ? '-' : '?';
    if (const Value* where = arguments.find("where"))
        append_filter_structure(model, schema::where_input(read.entity->type_name), *where, key);
    key += '/';
    if (const Value* group_by = arguments.find("groupBy")) json::write(key, *group_by);
    key += '/';
    const Value* having = arguments.find("having");
    if (having == nullptr) return;
    for (const json::Member& function : having->members) {
        key += function.name;
        if (function.name == "count") {
            append_operators_structure(function.value, key);
            continue;
        }
        for (const json::Member& member : function.value.members) {
            key += '.';
            key += member.name;
            append_operators_structure(member.value, key);
        }
    }
}

}  // namespace fraiseql::compile
