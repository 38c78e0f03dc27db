// SPDX-License-Identifier: MIT
// What Linux says of this process, under the names that Prometheus' own clients use.
#pragma once

#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace fraiseql::server {

/// Returns memory, processor time, open files and the start; what /proc does not tell is left out.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace fraiseql::server
