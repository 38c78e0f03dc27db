// SPDX-License-Identifier: MIT
#include "trace/otlp.hpp"

#include <fmt/format.h>

#include <iterator>

#include "json/writer.hpp"

namespace fraiseql::trace {
namespace {

// SpanKind and StatusCode of opentelemetry/proto/trace/v1/trace.proto.
constexpr int kInternal = 1;
constexpr int kServer = 2;
constexpr int kClient = 3;
constexpr int kError = 2;
// The lowest bit is that of traceparent; the next two say whether the parent was elsewhere.
constexpr int kSampledLocalParent = 0x101;
constexpr int kSampledRemoteParent = 0x301;

/// Writes `[{"key":…,"value":…},…]`; what is empty is left out.
class Attributes {
  public:
    Attributes& text(std::string_view key, std::string_view value) {
        if (value.empty()) return *this;
        start(key);
        out_ += R"({"stringValue":)";
        json::write_string(out_, value);
        out_ += "}}";
        return *this;
    }
    Attributes& number(std::string_view key, std::size_t value) {
        start(key);
        fmt::format_to(std::back_inserter(out_), R"({{"intValue":"{}"}}}})", value);
        return *this;
    }
    Attributes& truth(std::string_view key, bool value) {
        start(key);
        out_ += value ? R"({"boolValue":true}})" : R"({"boolValue":false}})";
        return *this;
    }
    std::string take() { return std::move(out_) + ']'; }

  private:
    void start(std::string_view key) {
        if (out_.size() > 1) out_ += ',';
        fmt::format_to(std::back_inserter(out_), R"({{"key":"{}","value":)", key);
    }

    std::string out_ = "[";
};

struct Span {
    std::string name;
    int kind = kInternal;
    SpanId id = {};
    std::optional<SpanId> parent = {};
    Clock::time_point start = {};
    Clock::time_point end = {};
    std::string attributes = "[]";
    bool failed = false;
};

/// Appends the spans of one record.
class Writer {
  public:
    Writer(std::string& out, const Record& record, const Resource& resource)
        : out_(out), record_(record), timeline_(record.timeline), resource_(resource) {}

    void write() {
        write_request();
        write_phase("parse", timeline_.received, timeline_.parsed, "[]");
        write_phase("plan", timeline_.parsed, timeline_.planned,
                    Attributes().truth("fraiseql.plan.kept", timeline_.plan_hit).take());
        for (const DatabaseCall& call : timeline_.calls)
            write_call(call);
        write_phase("write", record_.answered, record_.written,
                    Attributes().number("http.response.body.size", record_.bytes).take());
    }

  private:
    std::int64_t nanoseconds(Clock::time_point time) const {
        using std::chrono::nanoseconds;
        const auto began = record_.began_at.time_since_epoch();
        return std::chrono::duration_cast<nanoseconds>(began).count() +
               std::chrono::duration_cast<nanoseconds>(time - timeline_.began).count();
    }

    void write_span(const Span& span) {
        const bool remote = span.kind == kServer && span.parent;
        fmt::format_to(std::back_inserter(out_), R"({}{{"traceId":"{}","spanId":"{}",)",
                       out_.back() == '}' ? "," : "", text(timeline_.context->trace_id),
                       text(span.id));
        if (!record_.state.empty()) {
            out_ += R"("traceState":)";
            json::write_string(out_, record_.state);
            out_ += ',';
        }
        if (span.parent)
            fmt::format_to(std::back_inserter(out_), R"("parentSpanId":"{}",)", text(*span.parent));
        out_ += R"("name":)";
        json::write_string(out_, span.name);
        fmt::format_to(std::back_inserter(out_),
                       R"(,"kind":{},"flags":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}",)"
                       R"("attributes":{},"status":{{{}}}}})",
                       span.kind, remote ? kSampledRemoteParent : kSampledLocalParent,
                       nanoseconds(span.start), nanoseconds(span.end), span.attributes,
                       span.failed ? fmt::format(R"("code":{})", kError) : "");
    }

    void write_request() {
        const bool failed = record_.status >= 500;
        const Clock::time_point end =
            record_.written == Clock::time_point{} ? record_.answered : record_.written;
        Attributes attributes;
        attributes.text("http.request.method", record_.method)
            .text("http.route", record_.route)
            .text("url.path", record_.route)
            .text("url.scheme", record_.scheme)
            .text("client.address", record_.client)
            .text("user_agent.original", record_.user_agent)
            .text("error.type", failed ? std::to_string(record_.status) : "")
            .text("graphql.operation.name", timeline_.operation_name)
            .text("graphql.operation.type", timeline_.operation_type)
            .text("fraiseql.operation", timeline_.operation)
            .text("fraiseql.error.code", timeline_.error_code)
            .text("fraiseql.request.id", record_.request_id);
        if (record_.status != 0)
            attributes.number("http.response.status_code",
                              static_cast<std::size_t>(record_.status));
        write_span({.name = record_.method + (record_.route.empty() ? "" : " ") +
                            std::string(record_.route),
                    .kind = kServer,
                    .id = timeline_.context->span_id,
                    .parent = record_.parent,
                    .start = timeline_.began,
                    .end = end,
                    .attributes = attributes.take(),
                    .failed = failed});
    }

    void write_phase(const char* name, Clock::time_point start, Clock::time_point end,
                     std::string attributes, bool failed = false) {
        if (start == Clock::time_point{} || end == Clock::time_point{}) return;
        write_span({.name = name,
                    .id = new_span_id(),
                    .parent = timeline_.context->span_id,
                    .start = start,
                    .end = end,
                    .attributes = std::move(attributes),
                    .failed = failed});
    }

    void write_call(const DatabaseCall& call) {
        const bool failed = !call.sqlstate.empty();
        const bool sent = *call.sent != Clock::time_point{};
        write_phase("queue", call.asked, sent ? *call.sent : call.answered, "[]", failed && !sent);
        if (!sent) return;
        const std::string_view sql = *call.sql;
        const std::string operation(sql.substr(0, sql.find_first_of(" \n(")));
        Attributes attributes;
        attributes.text("db.system.name", "postgresql")
            .text("db.system", "postgresql")
            .text("db.namespace", resource_.database)
            .text("db.operation.name", operation)
            .text("db.query.text", resource_.statements ? sql : "")
            .text("db.response.status_code", call.sqlstate)
            .text("error.type", call.sqlstate);
        if (call.statements > 1) attributes.number("db.operation.batch.size", call.statements);
        write_span({.name = operation + ' ' + resource_.database,
                    .kind = kClient,
                    .id = call.span_id,
                    .parent = timeline_.context->span_id,
                    .start = *call.sent,
                    .end = call.answered,
                    .attributes = attributes.take(),
                    .failed = failed});
    }

    std::string& out_;
    const Record& record_;
    const Timeline& timeline_;
    const Resource& resource_;
};

}  // namespace

std::string to_otlp(std::span<const Record> records, const Resource& resource) {
    Attributes attributes;
    attributes.text("service.name", resource.service_name)
        .text("service.version", resource.version)
        .text("service.instance.id", resource.instance)
        .text("telemetry.sdk.language", "cpp")
        .text("telemetry.sdk.name", "fraiseql");
    std::string out = fmt::format(
        R"({{"resourceSpans":[{{"resource":{{"attributes":{}}},"scopeSpans":[{{"scope":)"
        R"({{"name":"fraiseql"}},"spans":[)",
        attributes.take());
    for (const Record& record : records)
        Writer(out, record, resource).write();
    return out + "]}]}]}";
}

std::size_t span_count(const Record& record) {
    const auto happened = [](Clock::time_point time) { return time != Clock::time_point{}; };
    std::size_t out = 1;
    out += happened(record.timeline.parsed) ? 1U : 0U;
    out += happened(record.timeline.planned) ? 1U : 0U;
    out += happened(record.written) ? 1U : 0U;
    for (const DatabaseCall& call : record.timeline.calls)
        out += happened(*call.sent) ? 2U : 1U;
    return out;
}

}  // namespace fraiseql::trace
