// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "explain/report.hpp"

namespace fraiseql::explain {
namespace {

constexpr std::size_t kMostConditionCharacters = 100;

std::string shortened(const std::string& text) {
    if (text.size() <= kMostConditionCharacters) return text;
    std::size_t end = kMostConditionCharacters;
    // Not in the middle of a character of several bytes.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

std::string title(const PlanNode& node) {
    std::string out;
    if (!node.subplan.empty()) out += node.subplan + ": ";
    out += node.type;
    const std::string name = node.relation.empty() ? node.scanned : node.relation;
    if (!name.empty())
        out += fmt::format(" on {}{}", node.schema.empty() ? "" : node.schema + '.', name);
    if (!node.alias.empty() && node.alias != name)
        out += (name.empty() ? " on " : " ") + node.alias;
    if (!node.index.empty()) out += fmt::format(" using {}", node.index);
    return out;
}

std::string attribution(const PlanNode& node) {
    switch (node.attribution) {
        case Attribution::Field:
            return fmt::format("  [{}]", node.path);
        case Attribution::Enclosing:
            return fmt::format("  [within {}]", node.path);
        case Attribution::None:
            break;
    }
    return "  [no single field]";
}

std::string figures(const PlanNode& node) {
    std::string out = fmt::format("{}%", std::lround(node.share * 100));
    if (node.actual) {
        const Actual& actual = *node.actual;
        if (actual.loops < 1) return "never run";
        out += fmt::format(", rows {:.0f} (expected {:.0f}), {:.3f} ms", actual.rows, node.rows,
                           actual.time);
        if (actual.loops > 1) out += fmt::format(" × {:.0f} loops", actual.loops);
    } else {
        out += fmt::format(", rows {:.0f} (expected), cost {:.2f}", node.rows, node.cost);
    }
    if (node.rows_removed > 0) out += fmt::format(", {:.0f} rows removed", node.rows_removed);
    if (node.blocks_hit && *node.blocks_hit + node.blocks_read > 0) {
        out += fmt::format(", buffers hit {:.0f}", *node.blocks_hit);
        if (node.blocks_read > 0) out += fmt::format(" read {:.0f}", node.blocks_read);
    }
    if (node.blocks_spilled > 0) out += fmt::format(", spilled {:.0f}", node.blocks_spilled);
    return out;
}

void draw(std::string& out, const PlanNode& node, const std::string& indent, bool last, bool root) {
    out += indent;
    if (!root) out += last ? "└─ " : "├─ ";
    out += title(node) + attribution(node) + '\n';
    const std::string below = root ? indent : indent + (last ? "   " : "│  ");
    const std::string bar = below + (node.children.empty() ? "   " : "│  ");
    out += bar + figures(node) + '\n';
    for (const auto& [name, text] : node.conditions)
        if (name != "Recheck Cond") out += fmt::format("{}{}: {}\n", bar, name, shortened(text));
    if (!node.filter.empty()) out += fmt::format("{}Filter: {}\n", bar, shortened(node.filter));
    if (!node.sort_key.empty()) {
        std::string keys;
        for (const std::string& key : node.sort_key)
            keys += (keys.empty() ? "" : ", ") + key;
        out += fmt::format("{}Sort Key: {}\n", bar, shortened(keys));
    }
    for (std::size_t i = 0; i < node.children.size(); ++i)
        draw(out, node.children[i], below, i + 1 == node.children.size(), false);
}

void append_plan(std::string& out, const StatementReport& statement) {
    if (!statement.plan && statement.note.empty()) return;
    out += "Plan\n";
    if (!statement.note.empty()) out += fmt::format("  {}\n", statement.note);
    if (statement.plan) {
        draw(out, statement.plan->root, "  ", true, true);
        if (statement.plan->planning_time)
            out += fmt::format("  planned in {:.3f} ms", *statement.plan->planning_time);
        if (statement.plan->execution_time)
            out += fmt::format(", executed in {:.3f} ms", *statement.plan->execution_time);
        if (statement.plan->planning_time) out += '\n';
    }
    out += '\n';
}

void append_statement(std::string& out, const StatementReport& statement, bool plan_only) {
    if (!plan_only) {
        out += fmt::format("SQL\n{}\n\n", statement.sql);
        if (!statement.parameters.empty()) out += "Parameters\n";
        for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
            const ParameterValue& parameter = statement.parameters[i];
            out += fmt::format("  ${} {} = {}  (argument {})\n", i + 1, parameter.type,
                               parameter.value ? '\'' + *parameter.value + '\'' : "NULL",
                               parameter.argument);
        }
        if (!statement.parameters.empty()) out += '\n';
    }
    append_plan(out, statement);
}

void append_hints(std::string& out, const std::vector<Hint>& hints) {
    if (hints.empty()) return;
    out += "Hints\n";
    for (const Hint& hint : hints) {
        out += fmt::format("  {}: {}\n", hint.code, hint.message);
        if (!hint.sql.empty()) out += fmt::format("    {}\n", hint.sql);
        if (!hint.note.empty()) out += fmt::format("    {}\n", hint.note);
    }
    out += '\n';
}

}  // namespace

std::string to_text(const Report& report, bool plan_only) {
    std::string out;
    if (!plan_only && !report.sources.empty()) {
        out += "Sources\n";
        for (const FieldSource& source : report.sources) {
            out += fmt::format("  {}: {}\n", source.path, source.source);
            if (!source.reason.empty()) out += fmt::format("    {}\n", source.reason);
        }
        out += '\n';
    }
    for (const StatementReport& statement : report.statements)
        append_statement(out, statement, plan_only);
    append_hints(out, report.hints);
    const std::size_t count = report.statements.size();
    return out + fmt::format("{} SQL statement{}\n", count, count == 1 ? "" : "s");
}

}  // namespace fraiseql::explain
