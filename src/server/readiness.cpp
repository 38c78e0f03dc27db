// SPDX-License-Identifier: MIT
#include "server/readiness.hpp"

#include "json/writer.hpp"
#include "server/refusals.hpp"
#include "server/replica_metrics.hpp"

namespace fraiseql::server {

namespace {

using namespace std::chrono_literals;
using runtime::Task;

using http::kJson;
constexpr auto kTimeout = 2s;

http::Response not_ready(std::string_view reason) {
    std::string body = R"({"status":"unavailable","reason":)";
    json::write_string(body, reason);
    body += '}';
    http::Response response = http::make_response(503, kJson, std::move(body));
    response.headers.push_back({"Retry-After", "1"});
    return response;
}

std::optional<std::string> reason_in(const StartState& start) {
    if (start.old_schema)
        return "the schema is that of an earlier start and has not been compared with the database";
    if (start.unread_operations) return "the registered operations have not been read";
    if (start.unknown_replicas > 0) return "it is not known yet how the replicas are";
    if (start.cold_workers > 0) return "connections to the database are being opened";
    return std::nullopt;
}

}  // namespace

Readiness::Readiness(pg::Pool& pool, const Identification& identification,
                     ReadinessSettings settings)
    : pool_(pool),
      identification_(identification),
      settings_(std::move(settings)),
      question_(pg::make_statement(
          settings_.condition.empty() ? "SELECT true" : condition_sql(settings_.condition))) {}

Task<http::Response> Readiness::answer() {
    const std::optional<std::string> why = co_await reason();
    http::Response response = why ? not_ready(*why) : http::make_response(200, kJson, ready_body());
    never_store(response);
    co_return response;
}

Task<std::optional<std::string>> Readiness::reason() {
    if (draining_) co_return "the server is stopping";
    pg::Batch batch;
    batch.calls.push_back({.statement = question_, .params = {}});
    const auto deadline = runtime::Clock::now() + kTimeout;
    const auto checked = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
    if (!checked) co_return failed(checked.error());
    if (checked->front().get(0, 0) != "t") co_return "the query of --ready-if is not true";
    if (!identification_.is_ready()) co_return "it is not known which sessions were revoked";
    if (settings_.start) co_return reason_in(*settings_.start);
    co_return std::nullopt;
}

std::string Readiness::failed(const sql::DatabaseError& error) const {
    const bool too_late = error.sqlstate == "57014";
    if (settings_.condition.empty() || too_late || pg::is_unavailable(error))
        return unreachable(error);
    std::string out = "the query of --ready-if fails";
    if (settings_.expose_errors) out += ": " + error.message;
    return out;
}

std::string Readiness::unreachable(const sql::DatabaseError& error) const {
    std::string out = "the database is not reachable";
    const pg::Breaker::State breaker = pool_.status().breaker;
    if (breaker != pg::Breaker::State::Closed)
        out += std::string(" (circuit breaker ") + pg::to_string(breaker) + ")";
    if (settings_.expose_errors) out += ": " + error.message;
    return out;
}

std::string Readiness::ready_body() const {
    if (!settings_.replicas) return R"({"status":"ready"})";
    return R"({"status":"ready","replicas":)" +
           replica_summary(settings_.replica_settings->targets, *settings_.replicas->current()) +
           '}';
}

std::string condition_sql(std::string_view query) {
    return "SELECT coalesce((\n" + std::string(query) + "\n), false)";
}

http::Response answer_health() {
    http::Response response = http::make_response(200, kJson, R"({"status":"ok"})");
    never_store(response);
    return response;
}

}  // namespace fraiseql::server
