// SPDX-License-Identifier: MIT
#include "engine/slow_report.hpp"

#include <fmt/format.h>

#include "engine/session_settings.hpp"
#include "json/writer.hpp"

namespace fraiseql::engine {
namespace {

using trace::Clock;

std::string milliseconds(Clock::duration duration) {
    return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(duration).count());
}

Clock::duration between(Clock::time_point start, Clock::time_point end) {
    const bool known = start != Clock::time_point{} && end != Clock::time_point{};
    return known ? end - start : Clock::duration::zero();
}

/// `[{"sql":…,"parameters":["uuid"]},…]`
std::string statements_of(const PreparedRequest& request) {
    std::string out = "[";
    for (const CompiledUnit& unit : *request.units) {
        for (const compile::Statement& statement : unit.unit.statements) {
            out += out.size() > 1 ? R"(,{"sql":)" : R"({"sql":)";
            json::write_string(out, statement.sql);
            out += R"(,"parameters":[)";
            for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
                if (i > 0) out += ',';
                json::write_string(out, statement.parameters[i].type);
            }
            out += "]}";
        }
    }
    return out + ']';
}

void add_node(std::string& out, const explain::PlanNode& node, std::size_t depth) {
    std::string line(2 * depth, ' ');
    if (!node.subplan.empty()) line += node.subplan + ": ";
    line += node.type;
    if (!node.index.empty()) line += " using " + node.index;
    const std::string& what = node.relation.empty() ? node.scanned : node.relation;
    if (!what.empty()) line += " on " + what;
    line += fmt::format(" (cost {:.2f}, rows {:.0f})", node.cost, node.rows);
    if (out.size() > 1) out += ',';
    json::write_string(out, line);
    for (const explain::PlanNode& child : node.children)
        add_node(out, child, depth + 1);
}

}  // namespace

SlowReport describe_slow(const PreparedRequest& request, const trace::Timeline& timeline,
                         const turbo::Call& call) {
    SlowReport out;
    Clock::duration queue{};
    Clock::duration database{};
    for (const trace::DatabaseCall& each : timeline.calls) {
        const bool sent = *each.sent != Clock::time_point{};
        queue += between(each.asked, sent ? *each.sent : each.answered);
        if (sent) database += between(*each.sent, each.answered);
    }
    out.message =
        fmt::format("slow operation {}: {} ms, of which {} in the database",
                    request.document->label, milliseconds(call.duration), milliseconds(database));
    const auto number = [&out](const char* name, std::string value) {
        out.fields.push_back({name, std::move(value), true});
    };
    out.add("operation", request.document->label);
    out.add("operation_name", std::string(request.operation_name));
    number("duration_ms", milliseconds(call.duration));
    number("parse_ms", milliseconds(between(timeline.received, timeline.parsed)));
    number("plan_ms", milliseconds(between(timeline.parsed, timeline.planned)));
    number("queue_ms", milliseconds(queue));
    number("database_ms", milliseconds(database));
    number("rows", std::to_string(call.rows));
    number("bytes", std::to_string(call.bytes));
    number("failed", call.failed ? "true" : "false");
    if (timeline.context) out.add("trace_id", std::string(trace::text(timeline.context->trace_id)));
    number("statements", statements_of(request));
    return out;
}

pg::Batch slow_plan_batch(const PreparedRequest& request) {
    pg::Batch out;
    for (const CompiledUnit& unit : *request.units) {
        if (!unit.unit.read_only) return {};
        for (pg::Call& call : bind_unit(unit, request).calls) {
            // Without a name: nobody asks for it again.
            call.statement = std::make_shared<const pg::Statement>(pg::Statement{
                .name = {}, .sql = "EXPLAIN (VERBOSE, FORMAT JSON) " + call.statement->sql});
            out.calls.push_back(std::move(call));
        }
    }
    if (out.calls.empty()) return out;
    if (auto settings = settings_call(request.principal))
        out.calls.insert(out.calls.begin(), std::move(*settings));
    return out;
}

void add_plans(SlowReport& report, const std::vector<pg::Rows>& rows) {
    std::string plans = "[";
    for (const pg::Rows& each : rows) {
        if (each.row_count() == 0 || each.is_null(0, 0)) continue;
        // Settings of the request come before the plans, and are none.
        const auto plan = explain::read_plan(each.get(0, 0));
        if (plan) add_node(plans, plan->root, 0);
    }
    report.fields.push_back({"plan", plans + ']', true});
}

void log_slow(const Log& log, const SlowReport& report) {
    std::vector<LogField> fields;
    for (const SlowReport::Field& field : report.fields)
        if (!field.value.empty()) fields.push_back({field.name, field.value, field.is_json});
    log({LogLevel::Warning, report.message, fields});
}

}  // namespace fraiseql::engine
