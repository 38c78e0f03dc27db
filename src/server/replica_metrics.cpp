// SPDX-License-Identifier: MIT
#include "server/replica_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "server/metric_families.hpp"

namespace fraiseql::server {
namespace {

double seconds(runtime::Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// One family after the other, each with all replicas.
template <class Value>
void add_gauge(Families& out, const char* name, const char* help,
               const std::vector<replica::Target>& targets, const replica::Snapshot& snapshot,
               const Value& value) {
    for (std::size_t i = 0; i < targets.size() && i < snapshot.replicas.size(); ++i) {
        const replica::Replica& each = snapshot.replicas[i];
        if (each.state == replica::State::Following)
            out.gauge(name, help, {{"replica", targets[i].name}}, value(each));
    }
}

}  // namespace

std::vector<prometheus::MetricFamily> replica_metrics(const std::vector<replica::Target>& targets,
                                                      const replica::Snapshot& snapshot,
                                                      const std::vector<replica::Counts>& counts) {
    using replica::State;
    Families out;
    for (std::size_t i = 0; i < targets.size() && i < snapshot.replicas.size(); ++i)
        for (const State state : {State::Away, State::Primary, State::Stranger, State::Following})
            out.gauge(
                "fraiseql_replica_state", "What a replica is: 1 for that state, 0 else.",
                {{"replica", targets[i].name}, {"state", std::string(replica::name_of(state))}},
                snapshot.replicas[i].state == state ? 1 : 0);
    const auto now = runtime::Clock::now();
    add_gauge(out, "fraiseql_replica_lag_seconds",
              "All that was committed this long ago is known to be on the replica.", targets,
              snapshot, [now](const replica::Replica& each) {
                  // Further behind than it is remembered.
                  if (each.as_of == replica::TimePoint::min()) return 1e9;
                  return seconds(now - each.as_of);
              });
    add_gauge(out, "fraiseql_replica_lag_bytes", "Log that the replica had not replayed.", targets,
              snapshot,
              [](const replica::Replica& each) { return static_cast<double>(each.behind_bytes); });
    add_gauge(out, "fraiseql_replica_probe_seconds",
              "How long the replica took to say where it is.", targets, snapshot,
              [](const replica::Replica& each) { return seconds(each.latency); });
    const auto sum = [&counts](auto value) {
        double total = 0;
        for (const replica::Counts& each : counts)
            total += static_cast<double>(value(each));
        return total;
    };
    for (std::size_t i = 0; i < targets.size(); ++i)
        out.counter("fraiseql_replica_reads_total", "Reads that the replica has answered.",
                    {{"replica", targets[i].name}}, sum([i](const replica::Counts& each) {
                        return i < each.reads.size() ? each.reads[i] : 0;
                    }));
    for (std::size_t i = 0; i < targets.size(); ++i)
        out.gauge("fraiseql_replica_reads_in_flight", "Reads that the replica has been sent.",
                  {{"replica", targets[i].name}}, sum([i](const replica::Counts& each) {
                      return i < each.in_flight.size() ? each.in_flight[i] : 0;
                  }));
    for (std::size_t i = 0; i < targets.size(); ++i)
        out.gauge("fraiseql_replica_connections", "Connections of the workers to the replica.",
                  {{"replica", targets[i].name}}, sum([i](const replica::Counts& each) {
                      return i < each.connections.size() ? each.connections[i] : 0;
                  }));
    for (std::size_t i = 0; i < replica::kFallbacks; ++i)
        out.counter("fraiseql_replica_fallbacks_total",
                    "Reads that went to the primary, by what kept them from the replicas.",
                    {{"reason", std::string(replica::name_of(static_cast<replica::Fallback>(i)))}},
                    sum([i](const replica::Counts& each) { return each.fallbacks.at(i); }));
    return out.take();
}

std::string replica_summary(const std::vector<replica::Target>& targets,
                            const replica::Snapshot& snapshot) {
    const auto following =
        std::count_if(snapshot.replicas.begin(), snapshot.replicas.end(),
                      [](const auto& each) { return each.state == replica::State::Following; });
    return fmt::format(R"({{"configured":{},"following":{}}})", targets.size(), following);
}

}  // namespace fraiseql::server
