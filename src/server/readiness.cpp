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

void add_problems(const StartState& start, std::vector<Readiness::Problem>& out) {
    if (start.old_schema)
        out.push_back({"schema",
                       "the schema is that of an earlier start and has not been compared with the "
                       "database"});
    if (start.unread_operations)
        out.push_back({"operations", "the registered operations have not been read"});
    if (start.unknown_replicas > 0)
        out.push_back({"replicas", "it is not known yet how the replicas are"});
    if (start.cold_workers > 0)
        out.push_back({"pool", "connections to the database are being opened"});
}

}  // namespace

Readiness::Readiness(pg::Pool& pool, const Identification& identification,
                     ReadinessSettings settings)
    : pool_(pool),
      identification_(identification),
      settings_(std::move(settings)),
      question_(pg::make_statement(
          settings_.condition.empty() ? "SELECT true" : condition_sql(settings_.condition))) {}

Task<http::Response> Readiness::answer(bool expose_errors) {
    std::vector<Problem> found;
    // Whoever is told to look elsewhere need not wait for the database.
    if (draining_)
        found.push_back({"server", "the server is stopping"});
    else
        found = co_await problems(expose_errors);
    http::Response response = found.empty() ? http::make_response(200, kJson, ready_body())
                                            : not_ready(found.front().reason);
    never_store(response);
    co_return response;
}

Task<std::vector<Readiness::Problem>> Readiness::problems(bool expose_errors) {
    std::vector<Problem> out;
    if (draining_) out.push_back({"server", "the server is stopping"});
    pg::Batch batch;
    batch.calls.push_back({.statement = question_, .params = {}});
    const auto deadline = runtime::Clock::now() + kTimeout;
    const auto checked = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
    if (auto problem = problem_in(checked, expose_errors)) out.push_back(std::move(*problem));
    if (!identification_.is_ready())
        out.push_back({"sessions", "it is not known which sessions were revoked"});
    if (settings_.start) add_problems(*settings_.start, out);
    co_return out;
}

std::optional<Readiness::Problem> Readiness::problem_in(const pg::BatchResult& checked,
                                                        bool expose_errors) const {
    if (checked) {
        if (checked->front().get(0, 0) == "t") return std::nullopt;
        return Problem{"condition", "the query of --ready-if is not true"};
    }
    const sql::DatabaseError& error = checked.error();
    const bool too_late = error.sqlstate == "57014";
    if (settings_.condition.empty() || too_late || pg::is_unavailable(error))
        return Problem{"database", unreachable(error, expose_errors)};
    std::string reason = "the query of --ready-if fails";
    if (expose_errors) reason += ": " + error.message;
    return Problem{"condition", std::move(reason)};
}

std::string Readiness::unreachable(const sql::DatabaseError& error, bool expose_errors) const {
    std::string out = "the database is not reachable";
    const pg::Breaker::State breaker = pool_.status().breaker;
    if (breaker != pg::Breaker::State::Closed)
        out += std::string(" (circuit breaker ") + pg::to_string(breaker) + ")";
    if (expose_errors) out += ": " + error.message;
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
