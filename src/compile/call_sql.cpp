// SPDX-License-Identifier: MIT
#include "compile/call_sql.hpp"

#include "compile/call_arguments.hpp"
#include "compile/json_sql.hpp"
#include "compile/payload_sql.hpp"
#include "compile/read_sql.hpp"
#include "compile/result_check_sql.hpp"
#include "compile/rule_sql.hpp"
#include "compile/set_sql.hpp"
#include "json/writer.hpp"

namespace fraiseql::compile {
namespace {

using plan::PayloadOutput;
using schema::ResultBinding;
using sql::Fragment;
using Kind = ResultBinding::Kind;
using Part = schema::PayloadBinding::Kind;

bool reads_entity(const plan::Call& call) {
    for (const plan::PayloadBranch& branch : call.payload)
        for (const PayloadOutput& output : branch.outputs)
            if (output.binding != nullptr && output.binding->kind == Part::Entity) return true;
    return false;
}

Statement statement_of(const Fragment& sql, Parameters& parameters, std::uint32_t columns) {
    return {.sql = sql.text(), .parameters = parameters.take(), .columns = columns};
}

/// A procedure returns nothing that could be selected.
Statement call_nothing(const schema::FunctionBinding& binding, const Fragment& call,
                       Parameters& parameters) {
    if (binding.function->kind == catalog::Function::Kind::Procedure)
        return statement_of(Fragment("CALL ").add(call), parameters, 0);
    return statement_of(Fragment("SELECT 'true'::json FROM (SELECT ").add(call).raw(") AS c"),
                        parameters, 1);
}

/// Calls the function once. Column 0 is its result as JSON; column 1 keeps it for the statement
/// that follows in the same transaction, so that both can be sent at once.
Statement call_leaf(const ResultBinding& result, bool keep_result, const Fragment& call,
                    Parameters& parameters) {
    Fragment out("SELECT to_json(c.result");
    if (result.leaf.as_text) out.raw("::text");
    out.raw(")");
    if (keep_result) out.raw(", set_config('fraiseql.result', c.result::text, true)");
    out.raw(" FROM (SELECT ").add(call).raw(" AS result OFFSET 0) AS c");
    return statement_of(out, parameters, keep_result ? 2 : 1);
}

Fragment kept_leaf(const schema::Model& model, const schema::FunctionBinding& binding) {
    return Fragment("nullif(current_setting('fraiseql.result'), '')::")
        .add(schema::type_text(model.catalog, binding.function->return_type));
}

/// A payload whose members are the function's one value and a row that has it as its key: spliced
/// from two results.
void add_simple_payload(Unit& unit, const schema::Model& model, const plan::Call& call,
                        const CompileOptions& options, Parameters& parameters, Lists& lists) {
    const plan::PayloadBranch& branch = call.payload.front();
    const bool nothing = call.function->result.kind == Kind::Nothing;
    char separator = '{';
    for (const PayloadOutput& output : branch.outputs) {
        std::string key(1, separator);
        separator = ',';
        json::write_string(key, output.response_key);
        key += ':';
        if (output.binding == nullptr) json::write_string(key, branch.type->name);
        if (output.binding != nullptr && nothing) key += "true";
        unit.pieces.emplace_back(std::move(key));
        if (output.binding == nullptr || nothing) continue;
        if (output.binding->kind == Part::Result) {
            unit.pieces.emplace_back(Slot{0, 0});
            continue;
        }
        const plan::Read read{.entity = call.function->result.entity,
                              .branches = output.branches,
                              .row_rules = call.row_rules};
        Reading reading(model, *read.entity, options);
        const Rows rows{
            .where = key_equals(reading, *read.entity, kept_leaf(model, *call.function)),
            .limit = Fragment("1")};
        unit.pieces.emplace_back(Slot{static_cast<std::uint32_t>(unit.statements.size()), 0});
        unit.statements.push_back(
            statement_of(read_sql(reading, read, rows, lists), parameters, 1));
    }
    unit.pieces.emplace_back(std::string("}"));
}

/// `to_jsonb(r)`, or of its text where the schema has it as a string.
Fragment row_value(const ResultBinding& result) {
    const bool text = result.kind == Kind::Leaf && result.leaf.as_text;
    return Fragment(text ? sql::Raw("to_jsonb(r::text)") : sql::Raw("to_jsonb(r)"));
}

/// `SELECT … AS result`: one row for each that the function returns, as jsonb.
Fragment result_rows(const schema::FunctionBinding& binding, const Fragment& call) {
    const ResultBinding& result = binding.result;
    // Of OUT parameters, only FROM knows the names.
    const bool from = result.list || binding.function->return_type == catalog::kRecord;
    Fragment rows("SELECT ");
    if (from)
        rows.add(row_value(result)).raw(" AS result FROM ").add(call).raw(" AS r");
    else
        rows.raw("to_jsonb(").add(call).raw(") AS result OFFSET 0");
    return checked_result_sql(result, rows);
}

/// `SELECT … AS result`: the result as jsonb, a set as an array.
Fragment document_select(const schema::FunctionBinding& binding, const Fragment& call) {
    const Fragment rows = result_rows(binding, call);
    if (!binding.result.list) return rows;
    return Fragment("SELECT coalesce(jsonb_agg(s.result), '[]') AS result FROM (")
        .add(rows)
        .raw(") AS s");
}

void add_document_payload(Unit& unit, const schema::Model& model, const plan::Call& call,
                          const Fragment& function, const CompileOptions& options,
                          Parameters& parameters, Lists& lists) {
    const ResultBinding& result = call.function->result;
    const Fragment source = document_select(*call.function, function);
    Fragment from;
    if (reads_entity(call)) {
        const Fragment keep = Fragment(
                                  "SELECT set_config('fraiseql.result', c.result::text, true)\n"
                                  "FROM (")
                                  .add(source)
                                  .raw(") AS c");
        unit.statements.push_back(statement_of(keep, parameters, 1));
        from.raw(
            "\nFROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result "
            "OFFSET 0) AS c");
    } else {
        from.raw("\nFROM (").add(source).raw(") AS c");
    }
    Fragment select = Fragment("SELECT ").add(payload_sql(model, call, options, lists));
    const bool undeclared =
        result.json && !result.list && result.verdict == ResultBinding::Verdict::None;
    if (undeclared) select.raw(",\n").add(undeclared_failure_sql());
    select.add(from);
    const std::uint32_t columns = undeclared ? 3 : 1;
    const auto last = static_cast<std::uint32_t>(unit.statements.size());
    unit.statements.push_back(statement_of(select, parameters, columns));
    unit.pieces.emplace_back(Slot{last, 0});
    if (undeclared) unit.failure = Slot{last, 1};
}

/// A row of the entity's own relation, as the function returned it.
Fragment row_of_entity(const schema::Model& model, const plan::Call& call, const Fragment& function,
                       Lists& lists) {
    const schema::Entity& entity = *call.function->result.entity;
    Fragment where("NOT f IS NULL");
    add_rules(call.row_rules, *entity.relation, row_source(model, entity, "f"), where);
    return Fragment("SELECT ")
        .add(object_sql(call.branches, row_source(model, entity, "r"), lists))
        .raw("\nFROM (SELECT * FROM ")
        .add(function)
        .raw(" AS f WHERE ")
        .add(where)
        .raw(") AS r");
}

}  // namespace

void add_call(Unit& unit, const schema::Model& model, const plan::Call& call,
              const json::Value& arguments, const CompileOptions& options, Parameters& parameters,
              Lists& lists) {
    const schema::FunctionBinding& binding = *call.function;
    const ResultBinding& result = binding.result;
    const Fragment function = function_call(binding, arguments, parameters);
    if (result.kind == Kind::Document || result.kind == Kind::EntityRows || result.list)
        return add_document_payload(unit, model, call, function, options, parameters, lists);
    unit.statements.push_back(result.kind == Kind::Nothing
                                  ? call_nothing(binding, function, parameters)
                                  : call_leaf(result, reads_entity(call), function, parameters));
    add_simple_payload(unit, model, call, options, parameters, lists);
}

Result<Fragment> query_call_sql(const schema::Model& model, const plan::Call& call,
                                const json::Value& arguments, const Fragment& limit,
                                const Fragment& offset, const CompileOptions& options,
                                Parameters& parameters, Lists& lists) {
    const ResultBinding& result = call.function->result;
    const Fragment function = function_call(*call.function, arguments, parameters);
    if (result.list)
        return set_sql(model, call, arguments, function, {.limit = limit, .offset = offset},
                       options, parameters, lists);
    if (result.kind == Kind::EntityRows) return row_of_entity(model, call, function, lists);
    const Fragment value =
        result.entity != nullptr
            ? result_entity_sql(model, call, call.branches, options, lists)
            : document_sql(Fragment("c.result"), *call.type, call.branches, lists);
    return Fragment("SELECT ")
        .add(value)
        .raw("\nFROM (")
        .add(document_select(*call.function, function))
        .raw(") AS c");
}

}  // namespace fraiseql::compile
