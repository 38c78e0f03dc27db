// SPDX-License-Identifier: MIT
#include "server/samples.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "server/metric_families.hpp"
#include "server/process_metrics.hpp"

namespace fraiseql::server {
namespace {

History::Totals totals_of(const std::vector<Sample>& samples) {
    History::Totals out;
    for (const Sample& each : samples) {
        out.requests += each.requests;
        out.busy += each.pool.busy + each.reads.busy;
        out.plan_hits += each.plans.hits;
        out.plan_misses += each.plans.misses;
        out.connections += each.connections;
        out.in_flight += each.pool.in_flight;
        out.queued += each.pool.queued;
        for (const std::size_t reads : each.reads.in_flight)
            out.in_flight += reads;
        out.lag_seconds = std::max(out.lag_seconds, each.lag_seconds);
    }
    out.resident_bytes = resident_bytes();
    return out;
}

}  // namespace

void Samples::publish(std::size_t worker, const Sample& sample) {
    const std::lock_guard lock(mutex_);
    if (by_worker_.size() <= worker) by_worker_.resize(worker + 1);
    by_worker_[worker] = sample;
    const auto now = std::chrono::system_clock::now();
    if (worker == 0 && history_.is_due(now)) history_.add(totals_of(by_worker_), now);
}

std::vector<Sample> Samples::latest() const {
    const std::lock_guard lock(mutex_);
    return by_worker_;
}

std::vector<Second> Samples::history(std::int64_t since) const {
    const std::lock_guard lock(mutex_);
    return history_.after(since);
}

std::vector<prometheus::MetricFamily> Samples::collect() const {
    std::vector<Sample> all;
    {
        const std::lock_guard lock(mutex_);
        all = by_worker_;
    }
    const auto sum = [&all](auto value) {
        double out = 0;
        for (const Sample& sample : all)
            out += static_cast<double>(value(sample));
        return out;
    };
    Families out;
    out.gauge("fraiseql_connections", "Connections of clients.",
              sum([](const Sample& s) { return s.connections; }));
    out.gauge("fraiseql_pool_connections", "Connections to PostgreSQL, by lane.",
              {{"lane", "quick"}}, sum([](const Sample& s) { return s.pool.quick_open; }));
    out.gauge("fraiseql_pool_connections", "", {{"lane", "exclusive"}},
              sum([](const Sample& s) { return s.pool.exclusive_open; }));
    out.gauge("fraiseql_pool_in_flight", "Transactions that PostgreSQL has been sent.",
              sum([](const Sample& s) { return s.pool.in_flight; }));
    out.gauge("fraiseql_pool_queued", "Transactions that wait for a connection.",
              sum([](const Sample& s) { return s.pool.queued; }));
    out.counter("fraiseql_pool_transactions_total", "Transactions that were asked for.",
                sum([](const Sample& s) { return s.pool.batches; }));
    out.counter("fraiseql_pool_statements_total", "Statements that were sent to it.",
                sum([](const Sample& s) { return s.pool.statements; }));
    out.counter("fraiseql_pool_refused_total",
                "Transactions for which there was no connection, or no room in the queue.",
                sum([](const Sample& s) { return s.pool.refused; }));
    out.counter("fraiseql_pool_lost_connections_total", "Connections to PostgreSQL that broke.",
                sum([](const Sample& s) { return s.pool.lost; }));
    out.counter("fraiseql_pool_retired_connections_total",
                "Connections that were replaced for their age, or closed as idle.",
                sum([](const Sample& s) { return s.pool.retired; }));
    out.gauge("fraiseql_database_breaker_state",
              "Whether PostgreSQL is asked: 0 closed, 1 half-open, 2 open.",
              static_cast<double>(breaker_->state()));
    out.counter("fraiseql_database_breaker_openings_total",
                "Times that PostgreSQL did not answer, so that requests were refused at once.",
                static_cast<double>(breaker_->openings()));
    out.gauge("fraiseql_plan_cache_documents", "Documents that are kept with their plans.",
              sum([](const Sample& s) { return s.plan_count; }));
    out.gauge("fraiseql_plan_cache_bytes", "What they take.",
              sum([](const Sample& s) { return s.plan_bytes; }));
    out.counter("fraiseql_plan_cache_hits_total", "Requests whose document was kept.",
                sum([](const Sample& s) { return s.plans.hits; }));
    out.counter("fraiseql_plan_cache_misses_total", "Requests whose document was not.",
                sum([](const Sample& s) { return s.plans.misses; }));
    out.counter("fraiseql_plan_cache_evictions_total", "Documents that made room for others.",
                sum([](const Sample& s) { return s.plans.evictions; }));
    const auto tokens = [&](const char* outcome, auto value) {
        out.counter("fraiseql_tokens_total",
                    "Tokens of requests: verified, known from before, or refused.",
                    {{"outcome", outcome}}, sum(value));
    };
    tokens("verified", [](const Sample& s) { return s.tokens.verified; });
    tokens("known", [](const Sample& s) { return s.tokens.known; });
    tokens("refused", [](const Sample& s) { return s.tokens.refused; });
    for (std::size_t i = 0; i < all.size(); ++i)
        out.gauge("fraiseql_event_loop_lag_seconds",
                  "The longest that a worker's event loop was late, of the last 15 seconds.",
                  {{"worker", std::to_string(i)}}, all[i].lag_seconds);
    return out.take();
}

std::vector<replica::Counts> Samples::reads() const {
    const std::lock_guard lock(mutex_);
    std::vector<replica::Counts> out;
    for (const Sample& each : by_worker_)
        out.push_back(each.reads);
    return out;
}

}  // namespace fraiseql::server
