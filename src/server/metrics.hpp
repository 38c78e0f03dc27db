// SPDX-License-Identifier: MIT
// Metrics: counts of what the server did, in the form that Prometheus scrapes.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "engine/answer_cache.hpp"
#include "server/audit.hpp"
#include "server/limits.hpp"
#include "server/log_writer.hpp"
#include "server/replica_watch.hpp"
#include "server/samples.hpp"
#include "server/span_exporter.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::server {

struct SocketCounts;

/// Where to find what the server counts of its own logs and traces; any may be empty.
struct ObservedTotals {
    std::shared_ptr<const LogWriter> log = {};
    std::shared_ptr<const Audit> audit = {};
    std::shared_ptr<const SpanExporter> spans = {};
    std::shared_ptr<const engine::SlowOperations> slow = {};
    std::shared_ptr<const SocketCounts> sockets = {};
};

/// Shared by all workers; every method may be called on any thread.
class Metrics {
  public:
    Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    /// Counts one answer of /graphql by its HTTP status, and the time it took.
    void count_graphql(int status, std::chrono::nanoseconds duration);

    /// Counts one refresh of a materialized view, `public.mv_x`.
    void count_refresh(const std::string& view, bool succeeded);

    /// Counts one answer that has errors, by the code of the first one.
    void count_error(ErrorCode code);

    /// Counts one answer to an operation of views with @cache by where it came from.
    void count_cached(engine::AnswerSource source);

    /// Says that the answers in memory take `bytes` more than they did, or less.
    void add_cache_bytes(std::ptrdiff_t bytes);

    /// Shows the sums of `statistics`, too: of a hundred operations each, of the others together.
    void show(std::shared_ptr<const turbo::Statistics> statistics);

    /// Shows the sums of operations that are not registered, too: of the busiest each.
    void show_others(std::shared_ptr<const turbo::Statistics> statistics);

    /// Shows what became of log lines and spans, and how many operations were slow, too.
    void show(ObservedTotals totals) { observed_ = std::move(totals); }

    /// Shows how the workers are, too.
    void show(std::shared_ptr<const Samples> samples) { samples_ = std::move(samples); }

    /// Shows what `limits` have refused, too.
    void show(std::shared_ptr<const LimitCounts> limits);

    /// Shows how the replicas are that `settings` name, too.
    void show(std::shared_ptr<const replica::Settings> settings,
              std::shared_ptr<const ReplicaFeed> feed);

    /// Counts one hash of a password, made or compared with.
    void count_password_hash();

    /// Returns all metrics in Prometheus' text format, version 0.0.4.
    std::string render() const;

  private:
    struct Families;
    std::unique_ptr<Families> families_;
    std::shared_ptr<const turbo::Statistics> statistics_;
    std::shared_ptr<const turbo::Statistics> others_;
    std::shared_ptr<const LimitCounts> limits_;
    std::shared_ptr<const replica::Settings> replica_settings_;
    std::shared_ptr<const ReplicaFeed> replicas_;
    ObservedTotals observed_ = {};
    std::shared_ptr<const Samples> samples_;
};

}  // namespace fraiseql::server
