// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string_view>

#include "explain/report.hpp"
#include "json/writer.hpp"

namespace fraiseql::explain {
namespace {

/// Writes the members of one object.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    std::string& key(std::string_view name) {
        out_ += first_ ? "" : ",";
        first_ = false;
        json::write_string(out_, name);
        out_ += ':';
        return out_;
    }
    void text(std::string_view name, std::string_view value) {
        json::write_string(key(name), value);
    }
    /// What is empty says nothing, and is left out.
    void text_if_any(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void number(std::string_view name, double value) { key(name) += fmt::format("{}", value); }
    void end() { out_ += '}'; }

  private:
    std::string& out_;
    bool first_ = true;
};

template <class Items, class Write>
void write_list(std::string& out, const Items& items, const Write& write) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) out += ',';
        write(items[i]);
    }
    out += ']';
}

void write_texts(std::string& out, const std::vector<std::string>& texts) {
    write_list(out, texts, [&](const std::string& text) { json::write_string(out, text); });
}

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
        ObjectWriter conditions(object.key("conditions"));
        for (const auto& [name, text] : node.conditions)
            conditions.text(name, text);
        conditions.end();
    }
    if (!node.sort_key.empty()) write_texts(object.key("sortKey"), node.sort_key);
    object.number("cost", node.cost);
    object.number("rows", node.rows);
    object.number("share", node.share);
    if (node.actual) {
        ObjectWriter actual(object.key("actual"));
        actual.number("rows", node.actual->rows);
        actual.number("loops", node.actual->loops);
        actual.number("time", node.actual->time);
        actual.number("rowsRemoved", node.rows_removed);
        actual.end();
    }
    if (node.blocks_hit) {
        ObjectWriter buffers(object.key("buffers"));
        buffers.number("hit", *node.blocks_hit);
        buffers.number("read", node.blocks_read);
        buffers.number("spilled", node.blocks_spilled);
        buffers.end();
    }
    write_list(object.key("children"), node.children,
               [&](const PlanNode& child) { write_node(out, child); });
    object.end();
}

void write_plan(std::string& out, const QueryPlan& plan) {
    ObjectWriter object(out);
    if (plan.planning_time) object.number("planningTime", *plan.planning_time);
    if (plan.execution_time) object.number("executionTime", *plan.execution_time);
    write_node(object.key("root"), plan.root);
    object.end();
}

void write_statement(std::string& out, const StatementReport& statement) {
    ObjectWriter object(out);
    write_texts(object.key("fields"), statement.fields);
    object.text("sql", statement.sql);
    write_list(object.key("parameters"), statement.parameters, [&](const ParameterValue& value) {
        ObjectWriter parameter(out);
        parameter.text("type", value.type);
        if (value.value)
            parameter.text("value", *value.value);
        else
            parameter.key("value") += "null";
        parameter.text("argument", value.argument);
        parameter.end();
    });
    object.key("plan");
    if (statement.plan)
        write_plan(out, *statement.plan);
    else
        out += "null";
    object.text_if_any("note", statement.note);
    object.end();
}

}  // namespace

std::string to_json(const Report& report) {
    std::string out;
    ObjectWriter object(out);
    {
        ObjectWriter operation(object.key("operation"));
        operation.text("type", report.operation);
        operation.text_if_any("name", report.name);
        operation.end();
    }
    write_list(object.key("statements"), report.statements,
               [&](const StatementReport& statement) { write_statement(out, statement); });
    write_list(object.key("sources"), report.sources, [&](const FieldSource& note) {
        ObjectWriter source(out);
        source.text("path", note.path);
        source.text("source", note.source);
        source.text_if_any("reason", note.reason);
        source.end();
    });
    write_list(object.key("hints"), report.hints, [&](const Hint& hint) {
        ObjectWriter written(out);
        written.text("code", hint.code);
        written.text_if_any("path", hint.path);
        written.text("message", hint.message);
        written.text_if_any("sql", hint.sql);
        written.text_if_any("note", hint.note);
        written.end();
    });
    object.end();
    return out;
}

}  // namespace fraiseql::explain
