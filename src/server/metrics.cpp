// SPDX-License-Identifier: MIT
#include "server/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "engine/slow_operations.hpp"
#include "server/graphql_socket.hpp"
#include "server/metric_families.hpp"
#include "server/process_metrics.hpp"
#include "server/replica_metrics.hpp"

namespace fraiseql::server {
namespace {

std::array<prometheus::Counter*, 4> cache_counters(prometheus::Registry& registry) {
    auto& family = prometheus::BuildCounter()
                       .Name("fraiseql_cache_answers_total")
                       .Help("Answers to operations of views with @cache, by where they came from.")
                       .Register(registry);
    const auto counter = [&](const char* source) { return &family.Add({{"source", source}}); };
    return {counter("memory"), counter("joined"), counter("database"), counter("built")};
}

constexpr std::size_t kErrorCodes = 0
#define X(enumerator, wire, status, meaning) +1
#include "base/error_codes.def"
#undef X
    ;

std::array<prometheus::Counter*, kErrorCodes> error_counters(prometheus::Registry& registry) {
    auto& family = prometheus::BuildCounter()
                       .Name("fraiseql_graphql_errors_total")
                       .Help("Answers that have errors, by the code of the first one.")
                       .Register(registry);
    std::array<prometheus::Counter*, kErrorCodes> out{};
    for (std::size_t i = 0; i < kErrorCodes; ++i)
        out[i] = &family.Add({{"code", std::string(info(static_cast<ErrorCode>(i)).wire)}});
    return out;
}

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("fraiseql_http_requests_total")
            .Help("Answers of /graphql by HTTP status.")
            .Register(registry);
    /// By status, once it has been met: looking a label up takes a lock.
    std::array<std::atomic<prometheus::Counter*>, 600> by_status = {};

    void count(int status) {
        auto& known = by_status[static_cast<std::size_t>(std::clamp(status, 0, 599))];
        prometheus::Counter* counter = known.load(std::memory_order_acquire);
        if (counter == nullptr) {
            counter = &requests.Add({{"status", std::to_string(status)}});
            known.store(counter, std::memory_order_release);
        }
        counter->Increment();
    }

    prometheus::Family<prometheus::Counter>& refreshes =
        prometheus::BuildCounter()
            .Name("fraiseql_refreshes_total")
            .Help("Refreshes of materialized views by this server, by view and outcome.")
            .Register(registry);
    /// By ErrorCode.
    std::array<prometheus::Counter*, kErrorCodes> errors = error_counters(registry);
    /// By engine::AnswerSource.
    std::array<prometheus::Counter*, 4> cached = cache_counters(registry);
    prometheus::Gauge& cache_bytes = prometheus::BuildGauge()
                                         .Name("fraiseql_cache_memory_bytes")
                                         .Help("What the answers in memory take.")
                                         .Register(registry)
                                         .Add({});
    prometheus::Counter& password_hashes =
        prometheus::BuildCounter()
            .Name("fraiseql_password_hashes_total")
            .Help("Hashes of passwords that were made, or compared with.")
            .Register(registry)
            .Add({});
    prometheus::Histogram& seconds =
        prometheus::BuildHistogram()
            .Name("fraiseql_http_request_duration_seconds")
            .Help("From the whole request to the whole answer of /graphql.")
            .Register(registry)
            .Add({},
                 prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                         0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
};

namespace {

/// Each operation is some twenty time series.
constexpr std::size_t kMaxOperations = 100;

/// The operations that were called most have a line of their own.
turbo::Statistics::ById bounded(turbo::Statistics::ById sums) {
    if (sums.size() <= kMaxOperations) return sums;
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [id, sum] : sums)
        order.emplace_back(sum.calls, id);
    std::sort(order.rbegin(), order.rend());
    turbo::Totals others;
    for (std::size_t i = kMaxOperations; i < order.size(); ++i) {
        others += sums.at(order[i].second);
        sums.erase(order[i].second);
    }
    sums[std::string(turbo::kOtherOperations)] += others;
    return sums;
}

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type) {
    prometheus::MetricFamily out;
    out.name = std::move(name);
    out.help = std::move(help);
    out.type = type;
    return out;
}

prometheus::ClientMetric metric_of(const std::string& operation) {
    prometheus::ClientMetric out;
    out.label = {{"operation", operation}};
    return out;
}

prometheus::ClientMetric duration_of(const std::string& operation, const turbo::Totals& sum) {
    prometheus::ClientMetric out = metric_of(operation);
    out.histogram.sample_count = sum.calls;
    out.histogram.sample_sum = static_cast<double>(sum.microseconds) / 1e6;
    std::uint64_t upto = 0;
    for (std::size_t i = 0; i < sum.histogram.size(); ++i) {
        upto += sum.histogram[i];
        const double bound = i < turbo::kBucketBounds.size()
                                 ? static_cast<double>(turbo::kBucketBounds[i]) / 1e6
                                 : std::numeric_limits<double>::infinity();
        out.histogram.bucket.push_back({upto, bound});
    }
    return out;
}

/// What is counted of operations, under names that begin with `prefix`.
std::vector<prometheus::MetricFamily> collect(const turbo::Statistics::ById& sums,
                                              const std::string& prefix, const std::string& which) {
    using prometheus::MetricType;
    const auto counter = [&](const char* name, const std::string& help) {
        return family(prefix + name, help, MetricType::Counter);
    };
    auto hits = counter("_plan_hits_total", "Calls of " + which + " that found their plan.");
    auto errors = counter("_errors_total", "Calls of " + which + " whose answers have errors.");
    auto rows = counter("_rows_total", "Rows that PostgreSQL sent for " + which + ".");
    auto bytes = counter("_response_bytes_total", "Bytes of the answers of " + which + ".");
    auto seconds =
        family(prefix + "_duration_seconds", "Calls of " + which + ".", MetricType::Histogram);
    for (const auto& [id, sum] : sums) {
        const auto add = [&operation = id](prometheus::MetricFamily& to, std::uint64_t value) {
            to.metric.push_back(metric_of(operation));
            to.metric.back().counter.value = static_cast<double>(value);
        };
        add(hits, sum.plan_hits);
        add(errors, sum.errors);
        add(rows, sum.rows);
        add(bytes, sum.bytes);
        seconds.metric.push_back(duration_of(id, sum));
    }
    return {hits, errors, rows, bytes, seconds};
}

std::vector<prometheus::MetricFamily> collect(const ObservedTotals& totals) {
    server::Families out;
    const auto add = [&out](const char* name, const char* help, std::uint64_t value) {
        out.counter(name, help, static_cast<double>(value));
    };
    const SpanExporter* spans = totals.spans.get();
    add("fraiseql_slow_operations_total", "Operations that took longer than --slow-operation.",
        totals.slow ? totals.slow->total() : 0);
    add("fraiseql_spans_exported_total", "Spans that the collector has taken.",
        spans != nullptr ? spans->exported() : 0);
    add("fraiseql_spans_dropped_total", "Spans that found no room, or that no collector took.",
        spans != nullptr ? spans->dropped() : 0);
    add("fraiseql_span_export_failures_total", "Attempts to reach the collector that failed.",
        spans != nullptr ? spans->failures() : 0);
    add("fraiseql_log_lines_dropped_total", "Lines of the log that found no room to wait.",
        totals.log ? totals.log->dropped() : 0);
    add("fraiseql_audit_records_dropped_total", "Security events that found no room to wait.",
        totals.audit ? totals.audit->dropped() : 0);
    return out.take();
}

std::vector<prometheus::MetricFamily> socket_metrics(const SocketCounts& counts) {
    server::Families out;
    const auto add = [&out](const char* name, const char* help, std::uint64_t value) {
        out.counter(name, help, static_cast<double>(value));
    };
    out.gauge("fraiseql_websockets", "WebSockets that are open.",
              static_cast<double>(counts.open.load()));
    out.gauge("fraiseql_event_streams", "Streams of server-sent events that are open.",
              static_cast<double>(counts.streams.load()));
    out.gauge("fraiseql_subscriptions", "Subscriptions that are open.",
              static_cast<double>(counts.subscriptions.load()));
    add("fraiseql_websockets_opened_total", "WebSockets that were opened.", counts.opened);
    add("fraiseql_websockets_slow_total", "WebSockets closed since their clients took too little.",
        counts.slow);
    add("fraiseql_websocket_messages_received_total", "Messages of WebSocket clients.",
        counts.messages_in);
    add("fraiseql_websocket_messages_sent_total", "Messages to WebSocket clients.",
        counts.messages_out);
    add("fraiseql_subscription_events_total", "Answers that subscriptions were sent.",
        counts.events);
    add("fraiseql_subscription_events_superseded_total",
        "Answers that a slow client did not see, since a later one took their place.",
        counts.superseded);
    return out.take();
}

std::vector<prometheus::MetricFamily> refusals_of(const LimitCounts* limits) {
    server::Families out;
    const auto add = [&](const char* reason, std::uint64_t count) {
        out.counter("fraiseql_limited_requests_total",
                    "Requests that a limit refused: of rates, of addresses, of concurrency.",
                    {{"reason", reason}}, static_cast<double>(count));
    };
    add("rate", limits != nullptr ? limits->refused_by_rate.load() : 0);
    add("address", limits != nullptr ? limits->refused_by_address.load() : 0);
    add("concurrency", limits != nullptr ? limits->refused_in_flight.load() : 0);
    out.counter("fraiseql_limit_store_failures_total",
                "Requests that could not be counted in the shared store of rate limits.",
                static_cast<double>(limits != nullptr ? limits->without_store.load() : 0));
    return out.take();
}

}  // namespace

Metrics::Metrics() : families_(std::make_unique<Families>()) {}

Metrics::~Metrics() = default;

void Metrics::count_graphql(int status, std::chrono::nanoseconds duration) {
    families_->count(status);
    families_->seconds.Observe(std::chrono::duration<double>(duration).count());
}

void Metrics::count_refresh(const std::string& view, bool succeeded) {
    families_->refreshes.Add({{"view", view}, {"outcome", succeeded ? "success" : "failure"}})
        .Increment();
}

void Metrics::show(std::shared_ptr<const turbo::Statistics> statistics) {
    statistics_ = std::move(statistics);
}

void Metrics::show_others(std::shared_ptr<const turbo::Statistics> statistics) {
    others_ = std::move(statistics);
}

void Metrics::count_error(ErrorCode code) {
    families_->errors.at(static_cast<std::size_t>(code))->Increment();
}

void Metrics::count_cached(engine::AnswerSource source) {
    families_->cached.at(static_cast<std::size_t>(source))->Increment();
}

void Metrics::add_cache_bytes(std::ptrdiff_t bytes) {
    families_->cache_bytes.Increment(static_cast<double>(bytes));
}

void Metrics::show(std::shared_ptr<const LimitCounts> limits) { limits_ = std::move(limits); }

void Metrics::show(std::shared_ptr<const replica::Settings> settings,
                   std::shared_ptr<const ReplicaFeed> feed) {
    replica_settings_ = std::move(settings);
    replicas_ = std::move(feed);
}

void Metrics::count_password_hash() { families_->password_hashes.Increment(); }

std::string Metrics::render() const {
    std::vector<prometheus::MetricFamily> families = families_->registry.Collect();
    const auto append = [&families](std::vector<prometheus::MetricFamily> more) {
        std::move(more.begin(), more.end(), std::back_inserter(families));
    };
    if (samples_) append(samples_->collect());
    append(refusals_of(limits_.get()));
    append(process_metrics());
    if (replicas_)
        append(replica_metrics(replica_settings_->targets, *replicas_->current(),
                               samples_ ? samples_->reads() : std::vector<replica::Counts>()));
    append(collect(observed_));
    if (observed_.sockets) append(socket_metrics(*observed_.sockets));
    if (others_) {
        turbo::Statistics::ById sums = others_->totals();
        // From the start: what clients do must not add to the series.
        sums.try_emplace(std::string(turbo::kOtherOperations));
        append(collect(sums, "fraiseql_operation", "operations that are not registered"));
    }
    if (statistics_)
        for (prometheus::MetricFamily& each :
             collect(bounded(statistics_->totals()), "fraiseql_turbo", "registered operations"))
            if (!each.metric.empty()) families.push_back(std::move(each));
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace fraiseql::server
