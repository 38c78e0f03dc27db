// SPDX-License-Identifier: MIT
#include "cli/observe_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "cli/choice.hpp"
#include "engine/slow_operations.hpp"
#include "fraiseql/version.hpp"
#include "trace/context.hpp"

namespace fraiseql::cli {
namespace {

constexpr std::string_view kTraces = "/v1/traces";

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

void add_logs(CLI::App& command, ObserveOptions& options) {
    const std::map<std::string, server::LogFormat> formats = {{"human", server::LogFormat::Human},
                                                              {"json", server::LogFormat::Json}};
    command
        .add_option("--log-format", options.log_format,
                    "the log on the standard error: human, or json: an object a line")
        ->transform(one_of(formats))
        ->type_name("human|json")
        ->default_str("human");
    const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::Debug},
                                                    {"info", LogLevel::Info},
                                                    {"warning", LogLevel::Warning},
                                                    {"error", LogLevel::Error}};
    command.add_option("--log-level", options.log_level, "what is logged: this and what is worse")
        ->transform(one_of(levels))
        ->type_name("debug|info|warning|error")
        ->default_str("info");
    command.add_flag("--access-log", options.access_log,
                     "log every answer: operation, status, duration, client, request id");
    const std::map<std::string, std::uint32_t> units = {{"ms", 1}, {"s", 1000}};
    command
        .add_option("--slow-operation", options.slow_operation,
                    "log operations that take this long, such as 500ms or 2s, with their "
                    "statements and some of their plans; 0: none")
        ->transform(CLI::AsNumberWithUnit(
            units, CLI::AsNumberWithUnit::Options(CLI::AsNumberWithUnit::CASE_SENSITIVE |
                                                  CLI::AsNumberWithUnit::UNIT_OPTIONAL)))
        ->check(CLI::Range(0, 3'600'000).description(""))
        ->type_name("TIME")
        ->default_str("0");
}

void add_traces(CLI::App& command, ObserveOptions& options) {
    command
        .add_option("--otlp-endpoint", options.otlp_endpoint,
                    "OpenTelemetry collector that gets spans at /v1/traces, by OTLP over HTTP with "
                    "JSON; without one there are no traces")
        ->type_name("URL");
    command
        .add_option("--otlp-headers-file", options.otlp_headers_file,
                    "header fields to send it, one `Name: value` a line")
        ->type_name("FILE");
    command
        .add_option("--otlp-ca-file", options.otlp_authorities_file,
                    "certificates to trust there, in place of the system's")
        ->type_name("FILE");
    command
        .add_option("--otlp-service-name", options.service_name,
                    "what traces call this server (service.name)")
        ->capture_default_str();
    command.add_option("--trace-sample", options.sample, "share of requests to trace, from 0 to 1")
        ->check(CLI::Range(0.0, 1.0).description(""))
        ->type_name("SHARE")
        ->capture_default_str();
    command
        .add_option("--trace-trusted", options.trusted,
                    "network of callers whose traceparent says what to trace, in place of chance")
        ->delimiter(',')
        ->type_name("CIDR,…");
    command.add_flag("--trace-sql-comments", options.sql_comments,
                     "give the SQL of traced requests their traceparent as a comment; it is then "
                     "not prepared");
    command.add_flag("--trace-statements", options.statements,
                     "let spans have the text of statements; never their parameters");
}

/// What has no effect without a collector is refused: somebody counts on it.
Result<void> check_without_endpoint(const ObserveOptions& options) {
    const char* name = nullptr;
    if (!options.otlp_headers_file.empty()) name = "--otlp-headers-file";
    if (!options.otlp_authorities_file.empty()) name = "--otlp-ca-file";
    if (!options.trusted.empty()) name = "--trace-trusted";
    if (options.sql_comments) name = "--trace-sql-comments";
    if (options.statements) name = "--trace-statements";
    if (name == nullptr) return {};
    return wrong(fmt::format("{} has no effect: there are no traces.", name),
                 "Give --otlp-endpoint, too.");
}

/// Whether it is `Name: value` with nothing in it that could begin another field.
bool is_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return false;
    const auto in_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    const auto visible = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; };
    return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), in_name) &&
           std::all_of(line.begin(), line.end(), visible);
}

Result<std::vector<std::string>> read_headers(const std::string& path) {
    std::vector<std::string> out;
    if (path.empty()) return out;
    std::ifstream file(path);
    if (!file) return wrong("--otlp-headers-file: cannot read " + path + '.', "Check the path.");
    for (std::string line; std::getline(file, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        if (!is_header(line))
            return wrong(fmt::format("--otlp-headers-file: line {} of {} is no header field.",
                                     out.size() + 1, path),
                         "Write `Name: value`, one a line.");
        out.push_back(std::move(line));
    }
    return out;
}

Result<void> apply_traces(const ObserveOptions& options, const std::string& database,
                          server::Settings& settings) {
    if (options.otlp_endpoint.empty()) return check_without_endpoint(options);
    if (auto checked = fetch::check_post_url(options.otlp_endpoint); !checked)
        return wrong("--otlp-endpoint: " + checked.error().message, checked.error().hint);
    server::ExporterSettings exporter;
    std::string url = options.otlp_endpoint;
    while (url.ends_with('/'))
        url.pop_back();
    if (url.ends_with(kTraces)) url.resize(url.size() - kTraces.size());
    exporter.collector.url = url + std::string(kTraces);
    exporter.collector.content_type = "application/json";
    exporter.collector.authorities_file = options.otlp_authorities_file;
    FRAISEQL_TRY(exporter.collector.headers, read_headers(options.otlp_headers_file));
    exporter.resource = {.service_name = options.service_name,
                         .version = std::string(version()),
                         .instance = std::string(trace::text(trace::new_trace_id())),
                         .database = database,
                         .statements = options.statements};
    settings.exporter = std::move(exporter);
    settings.router.watch.sample = options.sample;
    settings.router.watch.sql_comments = options.sql_comments;
    for (const std::string& text : options.trusted) {
        auto network = read_network(text);
        if (!network)
            return wrong("--trace-trusted: " + network.error().message, network.error().hint);
        settings.router.watch.trusted.push_back(*network);
    }
    return {};
}

}  // namespace

void add_observation(CLI::App& command, ObserveOptions& options) {
    add_logs(command, options);
    add_traces(command, options);
}

std::shared_ptr<server::LogWriter> make_log(const ObserveOptions& options) {
    return std::make_shared<server::LogWriter>(options.log_format, options.log_level);
}

void log_start(const ObserveOptions& options, const Log& log, const http::Address& address) {
    if (options.log_format != server::LogFormat::Json) return;
    const std::string port = std::to_string(address.port);
    const std::array<LogField, 3> fields = {LogField{"version", version()},
                                            LogField{"host", address.host},
                                            LogField{"port", port, true}};
    log({LogLevel::Info, "serving", fields});
}

Result<void> apply_observation(const ObserveOptions& options, const std::string& database,
                               server::Settings& settings) {
    if (options.access_log && options.log_level > LogLevel::Info)
        return wrong("--access-log has no effect: answers are logged as info.",
                     "Lower --log-level to info.");
    if (options.slow_operation > 0 && options.log_level > LogLevel::Warning)
        return wrong("--slow-operation has no effect: slow operations are logged as warnings.",
                     "Lower --log-level to warning.");
    if (options.access_log) settings.router.watch.access_log = settings.log;
    settings.engine.slow = std::make_shared<engine::SlowOperations>();
    settings.engine.slow_after = std::chrono::milliseconds(options.slow_operation);
    return apply_traces(options, database, settings);
}

}  // namespace fraiseql::cli
