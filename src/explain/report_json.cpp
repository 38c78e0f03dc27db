// SPDX-License-Identifier: MIT
#include <string_view>

#include "explain/report.hpp"
#include "json/object_writer.hpp"

namespace fraiseql::explain {
namespace {

using json::ObjectWriter;
using json::write_list;
using json::write_objects;
using json::write_texts;

constexpr std::string_view attribution_name(Attribution attribution) {
    switch (attribution) {
        case Attribution::Field:
            return "field";
        case Attribution::Enclosing:
            return "enclosing";
        case Attribution::None:
            break;
    }
    return "none";
}

void write_node(std::string& out, const PlanNode& node) {
    ObjectWriter object(out);
    object.text("type", node.type);
    object.text("attribution", attribution_name(node.attribution));
    object.text_if_any("path", node.path);
    object.text_if_any("schema", node.schema);
    object.text_if_any("relation", node.relation);
    object.text_if_any("alias", node.alias);
    object.text_if_any("index", node.index);
    object.text_if_any("scanned", node.scanned);
    object.text_if_any("subplan", node.subplan);
    object.text_if_any("filter", node.filter);
    if (!node.conditions.empty()) {
        ObjectWriter conditions(object.begin("conditions"));
        for (const auto& [name, text] : node.conditions)
            conditions.text(name, text);
    }
    if (!node.sort_key.empty()) write_texts(object.begin("sortKey"), node.sort_key);
    object.number("cost", node.cost);
    object.number("rows", node.rows);
    object.number("share", node.share);
    if (node.actual) {
        ObjectWriter actual(object.begin("actual"));
        actual.number("rows", node.actual->rows);
        actual.number("loops", node.actual->loops);
        actual.number("time", node.actual->time);
        actual.number("rowsRemoved", node.rows_removed);
    }
    if (node.blocks_hit) {
        ObjectWriter buffers(object.begin("buffers"));
        buffers.number("hit", *node.blocks_hit);
        buffers.number("read", node.blocks_read);
        buffers.number("spilled", node.blocks_spilled);
    }
    write_list(object.begin("children"), node.children,
               [&](const PlanNode& child) { write_node(out, child); });
}

void write_plan(std::string& out, const QueryPlan& plan) {
    ObjectWriter object(out);
    if (plan.planning_time) object.number("planningTime", *plan.planning_time);
    if (plan.execution_time) object.number("executionTime", *plan.execution_time);
    write_node(object.begin("root"), plan.root);
}

void write_statement(std::string& out, const StatementReport& statement) {
    ObjectWriter object(out);
    write_texts(object.begin("fields"), statement.fields);
    object.text("sql", statement.sql);
    const auto write_parameter = [](ObjectWriter& parameter, const ParameterValue& value) {
        parameter.text("type", value.type);
        if (value.value)
            parameter.text("value", *value.value);
        else
            parameter.begin("value") += "null";
        parameter.text("argument", value.argument);
    };
    write_objects(object.begin("parameters"), statement.parameters, write_parameter);
    object.begin("plan");
    if (statement.plan)
        write_plan(out, *statement.plan);
    else
        out += "null";
    object.text_if_any("note", statement.note);
}

}  // namespace

std::string to_json(const Report& report) {
    std::string out;
    {
        ObjectWriter object(out);
        {
            ObjectWriter operation(object.begin("operation"));
            operation.text("type", report.operation);
            operation.text_if_any("name", report.name);
        }
        write_list(object.begin("statements"), report.statements,
                   [&](const StatementReport& statement) { write_statement(out, statement); });
        write_objects(object.begin("sources"), report.sources,
                      [](ObjectWriter& source, const FieldSource& note) {
                          source.text("path", note.path);
                          source.text("source", note.source);
                          source.text_if_any("reason", note.reason);
                      });
        write_objects(object.begin("hints"), report.hints,
                      [](ObjectWriter& written, const Hint& hint) {
                          written.text("code", hint.code);
                          written.text_if_any("path", hint.path);
                          written.text("message", hint.message);
                          written.text_if_any("sql", hint.sql);
                          written.text_if_any("note", hint.note);
                      });
    }
    return out;
}

}  // namespace fraiseql::explain
