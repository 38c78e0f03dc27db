// SPDX-License-Identifier: MIT
// How a migration's report is told: as JSON, and to people.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/migration.hpp"
#include "json/writer.hpp"

namespace fraiseql::check {
namespace {

/// Appends one JSON object, member by member.
class Object {
  public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    ~Object() { out_ += '}'; }

    std::string& raw(std::string_view name) {
        if (!std::exchange(first_, false)) out_ += ',';
        json::write_string(out_, name);
        return out_ += ':';
    }
    void text(std::string_view name, std::string_view value) {
        json::write_string(raw(name), value);
    }
    template <class Number>
    void number(std::string_view name, Number value) {
        raw(name) += fmt::format("{}", value);
    }
    void number(std::string_view name, std::optional<double> value) {
        raw(name) += value ? fmt::format("{:.2f}", *value) : "null";
    }
    template <class List, class Write>
    void list(std::string_view name, const List& items, Write write) {
        raw(name) += '[';
        bool first = true;
        for (const auto& item : items) {
            if (!std::exchange(first, false)) out_ += ',';
            write(item, out_);
        }
        out_ += ']';
    }

  private:
    std::string& out_;
    bool first_ = true;
};

using graphql::Change;
using graphql::Impact;

constexpr std::array kImpacts = {Impact::Breaking, Impact::Dangerous, Impact::Safe};

std::size_t count(const std::vector<Change>& changes, Impact impact) {
    return static_cast<std::size_t>(std::count_if(
        changes.begin(), changes.end(), [&](const Change& each) { return each.impact == impact; }));
}

void write_change(const Change& each, std::string& out) {
    Object object(out);
    object.text("impact", graphql::to_string(each.impact));
    object.text("code", each.code);
    object.text("place", each.place);
    object.text("message", each.message);
}

void write_broken(const BrokenOperation& each, std::string& out) {
    Object object(out);
    object.text("id", each.id);
    object.text("origin", each.origin);
    object.list("errors", each.errors,
                [](const std::string& text, std::string& to) { json::write_string(to, text); });
}

void write_statement(const OperationStatement& each, std::string& out) {
    Object object(out);
    object.text("sql", each.sql);
    object.text("plan", each.shape);
    object.number("cost", each.cost);
    object.text("note", each.note);
}

void write_plan(const PlanChange& each, std::string& out) {
    Object object(out);
    object.text("severity", severity_name(each.severity()));
    object.text("id", each.id);
    object.text("origin", each.origin);
    write_statement(each.before, object.raw("before"));
    write_statement(each.after, object.raw("after"));
}

void write_effect(const MigrationEffect& each, std::string& out) {
    Object object(out);
    object.text("severity", severity_name(each.severity()));
    object.number("line", each.line);
    object.text("statement", each.command);
    object.text("relation", each.relation);
    object.text("lock", each.lock);
    object.number("rewritten", each.rewritten);
    object.number("scanned", each.scanned);
    object.number("changedRows", each.changed_rows);
    object.number("bytes", each.bytes);
    object.text("message", each.message());
}

void write_finding(const Finding& each, std::string& out) {
    Object object(out);
    object.text("severity", severity_name(each.severity));
    object.text("code", each.code);
    object.text("subject", each.subject);
    object.text("message", each.message);
    object.text("hint", each.hint);
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
        Object object(out);
        for (const Impact impact : kImpacts)
            object.number(graphql::to_string(impact), count(changes, impact));
        object.list("changes", changes, write_change);
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
        Object object(out);
        object.number("statements", report.statements);
        object.number("heldMilliseconds", report.held_milliseconds);
        for (const Impact impact : kImpacts)
            object.number(graphql::to_string(impact), count(report.schema, impact));
        object.list("schema", report.schema, write_change);
        object.list("operations", report.operations, write_broken);
        object.list("plans", report.plans, write_plan);
        object.list("locks", report.effects, write_effect);
        object.list("findings", report.findings, write_finding);
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
