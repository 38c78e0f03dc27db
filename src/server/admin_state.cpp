// SPDX-License-Identifier: MIT
#include "server/admin_state.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "json/object_writer.hpp"
#include "server/process_metrics.hpp"

namespace fraiseql::server {
namespace {

using json::ObjectWriter;
using json::write_objects;

double seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

/// The sum of something over all workers.
template <class Value>
auto sum(const std::vector<Sample>& workers, const Value& value) {
    return std::accumulate(workers.begin(), workers.end(), decltype(value(workers.front())){},
                           [&](auto total, const Sample& each) { return total + value(each); });
}

void write_server(ObjectWriter&& out, std::size_t workers) {
    const ProcessState process = process_state();
    out.text("version", FRAISEQL_VERSION);
    out.number("workers", workers);
    out.number("startedAt", process.started);
    out.number("uptimeSeconds", seconds_since_1970() - process.started);
    const auto number = [&out](std::string_view name, std::optional<double> value) {
        if (value) out.number(name, *value);
    };
    number("residentBytes", process.resident_bytes);
    number("cpuSeconds", process.cpu_seconds);
    number("openFiles", process.open_files);
    number("mostFiles", process.most_files);
}

void write_database(ObjectWriter&& out, const catalog::Catalog& catalog, const pg::Breaker& breaker,
                    const std::vector<Sample>& workers) {
    const std::int32_t version = catalog.server_version();
    out.text("version", std::to_string(version / 10000) + '.' + std::to_string(version % 10000));
    out.text("name", catalog.database());
    out.text("role", catalog.current_user().name);
    out.text("breaker", pg::to_string(breaker.state()));
    out.number("breakerOpenings", breaker.openings());
    if (breaker.state() != pg::Breaker::State::Closed)
        return out.text("lastError", breaker.error().message);
    for (const Sample& each : workers)
        if (!each.pool.last_error.empty()) return out.text("lastError", each.pool.last_error);
}

void write_schema(ObjectWriter&& out, const schema::Model& model, const AdminSources& sources) {
    if (sources.schema_versions) {
        const auto version = sources.schema_versions->current();
        out.text("version", version->digest);
        out.number("servedSince", version->since);
        out.number("ageSeconds", seconds_since_1970() - version->since);
    }
    out.number("relations", model.entities.size());
    out.number("functions", model.functions.size());
    out.number("types", model.schema->types().size());
    out.number("findings", model.findings.size());
}

void write_pool(ObjectWriter&& out, const pg::PoolStatus& pool) {
    out.number("quick", pool.quick_open);
    out.number("exclusive", pool.exclusive_open);
    out.number("inFlight", pool.in_flight);
    out.number("queued", pool.queued);
    out.number("transactions", pool.batches);
    out.number("statements", pool.statements);
    out.number("refused", pool.refused);
    out.number("lost", pool.lost);
    out.number("busySeconds", static_cast<double>(pool.busy.count()) / 1e9);
}

pg::PoolStatus pool_of_all(const std::vector<Sample>& workers) {
    pg::PoolStatus out;
    for (const Sample& each : workers) {
        out.quick_open += each.pool.quick_open;
        out.exclusive_open += each.pool.exclusive_open;
        out.in_flight += each.pool.in_flight;
        out.queued += each.pool.queued;
        out.batches += each.pool.batches;
        out.statements += each.pool.statements;
        out.refused += each.pool.refused;
        out.lost += each.pool.lost;
        out.busy += each.pool.busy;
    }
    return out;
}

void write_worker(ObjectWriter& out, const Sample& worker) {
    out.number("connections", worker.connections);
    out.number("requests", worker.requests.requests);
    out.number("errors", worker.requests.errors);
    out.number("lagSeconds", worker.lag_seconds);
    write_pool(ObjectWriter(out.begin("pool")), worker.pool);
}

void write_plans(ObjectWriter&& out, const std::vector<Sample>& workers) {
    out.number("documents", sum(workers, [](const Sample& s) { return s.plan_count; }));
    out.number("bytes", sum(workers, [](const Sample& s) { return s.plan_bytes; }));
    out.number("hits", sum(workers, [](const Sample& s) { return s.plans.hits; }));
    out.number("misses", sum(workers, [](const Sample& s) { return s.plans.misses; }));
    out.number("evictions", sum(workers, [](const Sample& s) { return s.plans.evictions; }));
}

void write_answers(ObjectWriter&& out, const std::vector<Sample>& workers) {
    using engine::AnswerSource;
    const auto from = [&](const char* name, AnswerSource source) {
        out.number(name, sum(workers, [source](const Sample& each) {
                       return each.requests.answers.at(static_cast<std::size_t>(source));
                   }));
    };
    out.number("bytes", sum(workers, [](const Sample& s) { return s.answer_bytes; }));
    from("memory", AnswerSource::Memory);
    from("joined", AnswerSource::Joined);
    from("database", AnswerSource::Database);
    from("built", AnswerSource::Built);
}

void write_operations(ObjectWriter&& out, const AdminSources& sources) {
    const auto registry = sources.registry->current();
    const auto& entries = registry->entries();
    out.number("registered", entries.size());
    out.number("adaptive", static_cast<std::size_t>(
                               std::count_if(entries.begin(), entries.end(),
                                             [](const auto& each) { return each.adaptive; })));
    turbo::Totals totals;
    if (sources.statistics)
        for (const auto& [id, each] : sources.statistics->totals())
            totals += each;
    out.number("calls", totals.calls);
    out.number("planHits", totals.plan_hits);
    out.number("errors", totals.errors);
}

void write_tokens(ObjectWriter&& out, const std::vector<Sample>& workers) {
    out.number("verified", sum(workers, [](const Sample& s) { return s.tokens.verified; }));
    out.number("known", sum(workers, [](const Sample& s) { return s.tokens.known; }));
    out.number("refused", sum(workers, [](const Sample& s) { return s.tokens.refused; }));
}

void write_replicas(std::string& out, const AdminSources& sources,
                    const std::vector<Sample>& workers) {
    const auto snapshot = sources.replicas->current();
    const auto& targets = sources.replica_settings->targets;
    std::vector<std::size_t> known(std::min(targets.size(), snapshot->replicas.size()));
    std::iota(known.begin(), known.end(), std::size_t{0});
    const auto now = runtime::Clock::now();
    write_objects(out, known, [&](ObjectWriter& object, std::size_t i) {
        const replica::Replica& each = snapshot->replicas[i];
        object.text("name", targets[i].name);
        object.text("state", replica::name_of(each.state));
        if (each.state == replica::State::Following && each.as_of != replica::TimePoint::min())
            object.number("lagSeconds", std::chrono::duration<double>(now - each.as_of).count());
        object.number("behindBytes", each.behind_bytes);
        const auto counted = [&](const char* name, auto member) {
            object.number(name, sum(workers, [&](const Sample& worker) {
                              const auto& counts = worker.reads.*member;
                              return i < counts.size() ? counts[i] : 0;
                          }));
        };
        counted("reads", &replica::Counts::reads);
        counted("inFlight", &replica::Counts::in_flight);
        counted("connections", &replica::Counts::connections);
    });
}

void write_limits(ObjectWriter&& out, const LimitCounts& limits) {
    out.number("refusedByRate", limits.refused_by_rate.load());
    out.number("refusedByAddress", limits.refused_by_address.load());
    out.number("refusedInFlight", limits.refused_in_flight.load());
    out.number("withoutStore", limits.without_store.load());
}

void write_second(ObjectWriter& out, const Second& second) {
    out.number("at", second.at);
    out.number("requests", second.requests);
    out.number("errors", second.errors);
    const auto seconds = [&out](std::string_view name, std::optional<double> value) {
        if (value) out.number(name, *value);
    };
    seconds("p50", second.p50);
    seconds("p95", second.p95);
    seconds("p99", second.p99);
    out.number("database", second.database);
    out.number("cacheHits", second.cache_hits);
    out.number("cacheMisses", second.cache_misses);
    out.number("planHits", second.plan_hits);
    out.number("planMisses", second.plan_misses);
    out.number("connections", second.connections);
    out.number("inFlight", second.in_flight);
    out.number("queued", second.queued);
    out.number("lag", second.lag_seconds);
    out.number("memory", second.resident_bytes);
}

}  // namespace

std::vector<StatePart> state_parts(const AdminSources& sources) {
    const std::vector<Sample> workers = sources.samples->latest();
    const auto model = sources.models->current();
    std::vector<StatePart> out;
    const auto add = [&out](std::string_view name) -> std::string& {
        return out.emplace_back(StatePart{name, {}}).json;
    };
    write_server(ObjectWriter(add("server")), workers.size());
    write_database(ObjectWriter(add("database")), model->catalog, sources.samples->breaker(),
                   workers);
    write_schema(ObjectWriter(add("schema")), *model, sources);
    write_pool(ObjectWriter(add("pool")), pool_of_all(workers));
    write_objects(add("workers"), workers, write_worker);
    write_plans(ObjectWriter(add("plans")), workers);
    write_answers(ObjectWriter(add("answers")), workers);
    write_operations(ObjectWriter(add("operations")), sources);
    write_tokens(ObjectWriter(add("tokens")), workers);
    if (sources.replicas) write_replicas(add("replicas"), sources, workers);
    if (sources.limits) write_limits(ObjectWriter(add("limits")), *sources.limits);
    return out;
}

std::string state_json(const AdminSources& sources) {
    std::string text;
    {
        ObjectWriter out(text);
        for (const StatePart& part : state_parts(sources))
            out.json(part.name, part.json);
    }
    return text;
}

std::string history_json(const std::vector<Second>& seconds) {
    std::string out;
    write_objects(out, seconds, write_second);
    return out;
}

std::string counted_operations_json(const AdminSources& sources, std::size_t most) {
    turbo::Statistics::ById sums;
    if (sources.others) sums = sources.others->totals();
    const auto registry = sources.registry->current();
    if (sources.statistics)
        for (const auto& [id, each] : sources.statistics->totals())
            sums[id] += each;
    std::vector<std::pair<std::string, turbo::Totals>> order(sums.begin(), sums.end());
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return a.second.microseconds > b.second.microseconds;
    });
    if (order.size() > most) order.resize(most);
    std::string out;
    write_objects(out, order, [&](ObjectWriter& object, const auto& entry) {
        const auto& [id, totals] = entry;
        object.text("operation", id);
        object.number("calls", totals.calls);
        object.number("errors", totals.errors);
        object.number("planHits", totals.plan_hits);
        object.number("rows", totals.rows);
        object.number("bytes", totals.bytes);
        object.number("totalSeconds", static_cast<double>(totals.microseconds) / 1e6);
        object.number("p95", static_cast<double>(quantile(totals, 0.95)) / 1e6);
        object.number("longest", static_cast<double>(totals.longest) / 1e6);
        const auto found = registry->find_name(id);
        if (found) object.text("query", registry->entries()[*found].text);
    });
    return out;
}

}  // namespace fraiseql::server
