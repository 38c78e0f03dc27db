// SPDX-License-Identifier: MIT
// What Prometheus and load balancers are told of replicas.
#pragma once

#include <string>
#include <vector>

#include "replica/reads.hpp"

namespace prometheus {
struct MetricFamily;
}

namespace fraiseql::server {

/// Returns the state of each of `targets` by `snapshot`, and what workers did by `counts`, for
/// Prometheus.
std::vector<prometheus::MetricFamily> replica_metrics(const std::vector<replica::Target>& targets,
                                                      const replica::Snapshot& snapshot,
                                                      const std::vector<replica::Counts>& counts);

/// Returns `{"configured":2,"following":1}`.
std::string replica_summary(const std::vector<replica::Target>& targets,
                            const replica::Snapshot& snapshot);

}  // namespace fraiseql::server
