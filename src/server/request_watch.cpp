// SPDX-License-Identifier: MIT
#include "server/request_watch.hpp"

#include <fmt/format.h>

#include <optional>

namespace fraiseql::server {
namespace {

using trace::Clock;

constexpr std::size_t kMaxUserAgent = 256;

/// The caller's span; of several headers, none counts (W3C Trace Context §3.2.2).
std::optional<trace::Context> parent_of(const http::Request& request) {
    const auto header = request.header("traceparent");
    if (!header || request.count("traceparent") > 1) return std::nullopt;
    return trace::read_traceparent(*header);
}

bool is_trusted(const WatchSettings& settings, const http::Request& request) {
    return !settings.trusted.empty() && contains(settings.trusted, request.peer());
}

/// A parent that is trusted decides; strangers could have everything sampled, or nothing.
bool is_sampled(const WatchSettings& settings, const http::Request& request) {
    if (!settings.exporter) return false;
    if (is_trusted(settings, request))
        if (const auto parent = parent_of(request)) return parent->sampled;
    return trace::choose(settings.sample);
}

/// Paths that exist: what clients make up must not become names of spans.
std::string_view route_of(std::string_view path) {
    for (const std::string_view known : {"/graphql", "/admin/explain"})
        if (path == known) return known;
    return path.starts_with("/auth/") ? "/auth" : "";
}

std::string_view method_of(std::string_view method) {
    for (const std::string_view known : {"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"})
        if (method == known) return known;
    return "_OTHER";
}

}  // namespace

std::shared_ptr<RequestWatch> RequestWatch::begin(std::shared_ptr<const WatchSettings> settings,
                                                  const http::Request& request) {
    const bool sampled = is_sampled(*settings, request);
    if (!sampled && !settings->access_log) return nullptr;
    auto watch = std::make_shared<RequestWatch>(std::move(settings), request, sampled);
    if (sampled) watch->read_parent(request);
    return watch;
}

std::shared_ptr<RequestWatch> RequestWatch::begin_again(
    std::shared_ptr<const WatchSettings> settings, const http::Request& request) {
    if (!settings->exporter || !trace::choose(settings->sample)) return nullptr;
    auto watch = std::make_shared<RequestWatch>(std::move(settings), request, true);
    watch->logged_ = false;
    return watch;
}

RequestWatch::RequestWatch(std::shared_ptr<const WatchSettings> settings,
                           const http::Request& request, bool sampled)
    : settings_(std::move(settings)) {
    record_.began_at = std::chrono::system_clock::now();
    record_.timeline.began = Clock::now();
    record_.method = method_of(request.method());
    record_.route = route_of(request.path());
    record_.client = request.client_name();
    record_.request_id = request.id();
    if (!sampled) return;
    record_.scheme = request.encrypted() ? "https" : "http";
    record_.user_agent = request.header("User-Agent").value_or("").substr(0, kMaxUserAgent);
    record_.timeline.sql_comments = settings_->sql_comments;
    record_.timeline.context = {
        .trace_id = trace::new_trace_id(), .span_id = trace::new_span_id(), .sampled = true};
}

void RequestWatch::read_parent(const http::Request& request) {
    const auto parent = parent_of(request);
    if (!parent) return;
    record_.timeline.context->trace_id = parent->trace_id;
    record_.parent = parent->span_id;
    std::vector<std::string_view> states;
    for (std::size_t i = 0; i < request.header_count(); ++i)
        if (http::equal_ignoring_case(request.header_at(i).name, "tracestate"))
            states.push_back(request.header_at(i).value);
    record_.state = trace::read_tracestate(states);
}

RequestWatch::~RequestWatch() {
    if (record_.answered == Clock::time_point{}) record_.answered = Clock::now();
    if (settings_->access_log && logged_) log_access();
    if (record_.timeline.context) settings_->exporter->add(std::move(record_));
}

void RequestWatch::answer(const std::shared_ptr<RequestWatch>& self, http::Response& response) {
    trace::Record& record = self->record_;
    record.answered = Clock::now();
    record.status = response.status;
    record.bytes = response.body.size();
    if (record.timeline.context)
        response.headers.push_back(
            {"traceresponse", trace::to_traceparent(*record.timeline.context)});
    response.on_sent = [self] { self->record_.written = Clock::now(); };
}

void RequestWatch::log_access() const {
    const trace::Timeline& timeline = record_.timeline;
    const Clock::time_point end =
        record_.written == Clock::time_point{} ? record_.answered : record_.written;
    const std::chrono::duration<double, std::milli> took = end - timeline.began;
    const bool answered = record_.status != 0;
    const std::string status = answered ? std::to_string(record_.status) : "";
    const std::string duration = fmt::format("{:.3f}", took.count());
    const std::string bytes = std::to_string(record_.bytes);
    std::vector<LogField> fields = {{"method", record_.method},
                                    {"route", record_.route},
                                    {"status", status, true},
                                    {"duration_ms", duration, true},
                                    {"bytes", bytes, true},
                                    {"operation", timeline.operation},
                                    {"error", timeline.error_code},
                                    {"client", record_.client},
                                    {"request_id", record_.request_id}};
    if (timeline.context) fields.push_back({"trace_id", trace::text(timeline.context->trace_id)});
    std::erase_if(fields, [](const LogField& field) { return field.value.empty(); });
    settings_->access_log({LogLevel::Info, answered ? "answered" : "the client went away", fields});
}

}  // namespace fraiseql::server
