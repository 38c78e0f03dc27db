// SPDX-License-Identifier: MIT
#include "engine/watch.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "engine/request_name.hpp"
#include "engine/slow_report.hpp"
#include "graphql/printer.hpp"

namespace fraiseql::engine {
namespace {

using trace::Clock;

/// How long the plan of a slow operation may take: nobody waits for it.
constexpr auto kPlanTimeout = std::chrono::seconds(5);

/// sqlcommenter's form. Of the trace, only digits of our own writing get into the text.
void add_comments(pg::Batch& batch, const trace::Context& context) {
    const std::string comment = " /*traceparent='" + trace::to_traceparent(context) + "'*/";
    for (pg::Call& call : batch.calls)
        call.statement = std::make_shared<const pg::Statement>(
            pg::Statement{.name = {}, .sql = call.statement->sql + comment});
}

/// Runs on its own: whoever asked has got the answer already.
runtime::Task<> explain_slow(pg::Pool& pool, pg::Batch batch, SlowReport report, Log log) {
    const auto deadline = Clock::now() + kPlanTimeout;
    const auto rows = co_await pool.run(std::move(batch), pg::Lane::Quick, deadline);
    if (rows) add_plans(report, *rows);
    log_slow(log, report);
}

}  // namespace

void note_parsed(trace::Timeline* timeline, Clock::time_point started) {
    if (timeline == nullptr) return;
    if (timeline->began == Clock::time_point{}) timeline->began = started;
    timeline->received = started;
    timeline->parsed = Clock::now();
}

void note_planned(trace::Timeline* timeline, const PreparedRequest& request) {
    if (timeline == nullptr) return;
    timeline->planned = Clock::now();
    timeline->operation = request.document->label;
    timeline->operation_name = request.operation_name;
    timeline->operation_type = graphql::print(request.operation->plan.type);
    timeline->plan_hit = request.plan_hit;
}

void note_statements(turbo::SeenStatements& seen, const PreparedRequest& request) {
    for (const CompiledUnit& unit : *request.units) {
        if (unit.seen) continue;
        unit.seen = true;
        for (const compile::Statement& statement : unit.unit.statements) {
            const bool added = seen.add({.operation = request.document->label,
                                         .sql = statement.sql,
                                         .parameters = statement.parameters.size()});
            unit.seen = unit.seen && added;
        }
    }
}

void begin_call(trace::Timeline* timeline, pg::Batch& batch) {
    if (timeline == nullptr || batch.calls.empty()) return;
    batch.sent = std::make_shared<Clock::time_point>();
    trace::DatabaseCall call{
        .asked = Clock::now(), .sent = batch.sent, .statements = batch.calls.size()};
    const auto& statement = batch.calls.back().statement;
    call.sql = std::shared_ptr<const std::string>(statement, &statement->sql);
    if (timeline->context) {
        call.span_id = trace::new_span_id();
        if (timeline->sql_comments)
            add_comments(batch, {timeline->context->trace_id, call.span_id, true});
    }
    timeline->calls.push_back(std::move(call));
}

void end_call(trace::Timeline* timeline, const pg::BatchResult& result) {
    if (timeline == nullptr || timeline->calls.empty()) return;
    trace::DatabaseCall& call = timeline->calls.back();
    call.answered = Clock::now();
    if (!result) call.sqlstate = result.error().sqlstate;
}

void log_failure(const Log& log, const PreparedRequest& request, const CompiledUnit& unit,
                 const sql::DatabaseError& failure, const std::string& reference) {
    const bool own = failure.statement < unit.unit.statements.size();
    const std::string message =
        fmt::format("error {}: {} (SQLSTATE {}) in: {}", reference, failure.message,
                    failure.sqlstate, own ? unit.unit.statements[failure.statement].sql : "COMMIT");
    std::vector<LogField> fields = {{"reference", reference},
                                    {"sqlstate", failure.sqlstate},
                                    {"operation", request.document->label}};
    if (request.name != nullptr) fields.push_back({"request_id", request.name->id()});
    if (request.timeline != nullptr && request.timeline->context)
        fields.push_back({"trace_id", trace::text(request.timeline->context->trace_id)});
    log({LogLevel::Error, message, fields});
}

void report_slow(pg::Pool& pool, const Settings& settings, const PreparedRequest& request,
                 const turbo::Call& call, const runtime::Executor& executor) {
    settings.slow->count();
    if (!settings.log) return;
    SlowReport report = describe_slow(request, *request.timeline, call);
    if (request.name != nullptr) report.add("request_id", std::string(request.name->id()));
    pg::Batch batch = slow_plan_batch(request);
    if (batch.calls.empty() || !settings.slow->may_explain(Clock::now()))
        return log_slow(settings.log, report);
    boost::asio::co_spawn(executor,
                          explain_slow(pool, std::move(batch), std::move(report), settings.log),
                          boost::asio::detached);
}

}  // namespace fraiseql::engine
