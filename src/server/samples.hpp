// SPDX-License-Identifier: MIT
// Samples: how the workers of a process are doing, as they said a moment ago.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "auth/authenticator.hpp"
#include "cache/sieve.hpp"
#include "pg/pool.hpp"
#include "replica/reads.hpp"

namespace prometheus {
struct MetricFamily;
}

namespace fraiseql::server {

/// One worker, at one moment. Counts are since its start.
struct Sample {
    std::size_t connections = 0;
    pg::PoolStatus pool = {};
    cache::Statistics plans = {};
    std::size_t plan_count = 0;
    std::size_t plan_bytes = 0;
    auth::Authenticator::Statistics tokens = {};
    /// The longest that its event loop was late, of the last seconds.
    double lag_seconds = 0;
    replica::Counts reads = {};
};

/// Thread-safe. Workers say how they are four times a second: requests pay nothing for it.
class Samples {
  public:
    /// Replaces what the worker has said before.
    void publish(std::size_t worker, const Sample& sample);

    /// Returns the sums of all workers, and the lag of each, for Prometheus.
    std::vector<prometheus::MetricFamily> collect() const;

    /// Returns what each worker has read from replicas.
    std::vector<replica::Counts> reads() const;

  private:
    mutable std::mutex mutex_;
    std::vector<Sample> by_worker_;
};

}  // namespace fraiseql::server
