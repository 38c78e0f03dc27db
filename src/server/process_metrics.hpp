// SPDX-License-Identifier: MIT
// What Linux says of this process; for Prometheus under the names that its own clients use.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace fraiseql::server {

/// What /proc does not tell is not there.
struct ProcessState {
    std::optional<double> virtual_bytes = {};
    std::optional<double> resident_bytes = {};
    std::optional<double> cpu_seconds = {};
    std::optional<double> open_files = {};
    std::optional<double> most_files = {};
    /// Seconds since 1970.
    double started = 0;
};

ProcessState process_state();

/// Returns what the process has in memory; 0 where that is not known.
std::uint64_t resident_bytes();

/// Returns the same as process_state().
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace fraiseql::server
