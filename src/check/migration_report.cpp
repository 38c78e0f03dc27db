// SPDX-License-Identifier: MIT
// How a migration's report is told: as JSON, and to people.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/migration.hpp"
#include "json/object_writer.hpp"

namespace fraiseql::check {
namespace {

using graphql::Change;
using graphql::Impact;
using json::ObjectWriter;
using json::write_objects;

constexpr std::array kImpacts = {Impact::Breaking, Impact::Dangerous, Impact::Safe};

std::size_t count(const std::vector<Change>& changes, Impact impact) {
    return static_cast<std::size_t>(std::count_if(
        changes.begin(), changes.end(), [&](const Change& each) { return each.impact == impact; }));
}

void write_change(ObjectWriter& object, const Change& each) {
    object.text("impact", graphql::to_string(each.impact));
    object.text("code", each.code);
    object.text("place", each.place);
    object.text("message", each.message);
}

void write_broken(ObjectWriter& object, const BrokenOperation& each) {
    object.text("id", each.id);
    object.text("origin", each.origin);
    json::write_texts(object.begin("errors"), each.errors);
}

void write_statement(ObjectWriter&& object, const OperationStatement& each) {
    object.text("sql", each.sql);
    object.text("plan", each.shape);
    object.json("cost", each.cost ? fmt::format("{:.2f}", *each.cost) : "null");
    object.text("note", each.note);
}

void write_plan(ObjectWriter& object, const PlanChange& each) {
    object.text("severity", severity_name(each.severity()));
    object.text("id", each.id);
    object.text("origin", each.origin);
    write_statement(ObjectWriter(object.begin("before")), each.before);
    write_statement(ObjectWriter(object.begin("after")), each.after);
}

void write_effect(ObjectWriter& object, const MigrationEffect& each) {
    object.text("severity", severity_name(each.severity()));
    object.number("line", each.line);
    object.text("statement", each.command);
    object.text("relation", each.relation);
    object.text("lock", each.lock);
    object.boolean("rewritten", each.rewritten);
    object.boolean("scanned", each.scanned);
    object.number("changedRows", each.changed_rows);
    object.number("bytes", each.bytes);
    object.text("message", each.message());
}

std::string indented(std::string_view text, std::size_t by) {
    std::string out(by, ' ');
    for (const char c : text) {
        out += c;
        if (c == '\n') out.append(by, ' ');
    }
    return out;
}

std::string cost_of(const OperationStatement& each) {
    return each.cost ? fmt::format("{:.1f}", *each.cost) : "?";
}

std::string text_of(const PlanChange& each) {
    std::string out =
        fmt::format("{:<9} {} ({})\n", severity_name(each.severity()), each.id, each.origin);
    const bool same_plan = each.before.shape == each.after.shape;
    out += fmt::format("          {}, {}; cost {} -> {}\n",
                       each.before.sql == each.after.sql ? "the same SQL" : "other SQL",
                       same_plan ? "the same plan" : "another plan", cost_of(each.before),
                       cost_of(each.after));
    if (!same_plan)
        out += fmt::format("          before:\n{}\n          after:\n{}\n",
                           indented(each.before.shape, 12), indented(each.after.shape, 12));
    for (const OperationStatement* side : {&each.before, &each.after})
        if (!side->note.empty()) out += fmt::format("          {}\n", side->note);
    return out;
}

void section(std::string& out, std::string_view title, std::string_view text) {
    if (!text.empty()) out += fmt::format("{}\n{}\n", title, text);
}

}  // namespace

std::string to_json(const std::vector<Change>& changes) {
    std::string out;
    {
        ObjectWriter object(out);
        for (const Impact impact : kImpacts)
            object.number(graphql::to_string(impact), count(changes, impact));
        write_objects(object.begin("changes"), changes, write_change);
    }
    return out + '\n';
}

std::string to_text(const std::vector<Change>& changes) {
    std::string out;
    for (const Change& each : changes)
        out += fmt::format("{:<9} {} [{}]\n", graphql::to_string(each.impact), each.message,
                           each.code);
    return out + fmt::format("{} breaking, {} dangerous, {} safe\n",
                             count(changes, Impact::Breaking), count(changes, Impact::Dangerous),
                             count(changes, Impact::Safe));
}

std::string to_json(const MigrationReport& report) {
    std::string out;
    {
        ObjectWriter object(out);
        object.number("statements", report.statements);
        object.number("heldMilliseconds", report.held_milliseconds);
        for (const Impact impact : kImpacts)
            object.number(graphql::to_string(impact), count(report.schema, impact));
        write_objects(object.begin("schema"), report.schema, write_change);
        write_objects(object.begin("operations"), report.operations, write_broken);
        write_objects(object.begin("plans"), report.plans, write_plan);
        write_objects(object.begin("locks"), report.effects, write_effect);
        write_objects(object.begin("findings"), report.findings, write_finding);
    }
    return out + '\n';
}

std::string to_text(const MigrationReport& report) {
    std::string schema = to_text(report.schema);
    std::string broken;
    for (const BrokenOperation& each : report.operations) {
        broken += fmt::format("breaks    {} ({})\n", each.id, each.origin);
        for (const std::string& error : each.errors)
            broken += fmt::format("          {}\n", error);
    }
    std::string plans;
    for (const PlanChange& each : report.plans)
        plans += text_of(each);
    std::string effects;
    for (const MigrationEffect& each : report.effects)
        effects +=
            fmt::format("{:<9} line {}: {} on {}\n          {}\n", severity_name(each.severity()),
                        each.line, each.command, each.relation, each.message());
    std::string findings;
    for (const Finding& each : report.findings) {
        findings += fmt::format("{:<9} {} [{}]\n          {}\n", severity_name(each.severity),
                                each.subject, each.code, each.message);
        if (!each.hint.empty()) findings += fmt::format("          {}\n", each.hint);
    }
    std::string out;
    section(out, "Schema", schema);
    section(out, "Registered operations that break", broken);
    section(out, "Registered operations that are planned otherwise", plans);
    section(out, "Locks and writes", effects);
    section(out, "Findings that were not there before", findings);
    return out + fmt::format("{} run and rolled back; locks were held for {} ms.\n",
                             report.statements == 1
                                 ? "1 statement was"
                                 : fmt::format("{} statements were", report.statements),
                             report.held_milliseconds);
}

}  // namespace fraiseql::check
