// SPDX-License-Identifier: MIT
// Samples: how the workers of a process are doing, as they said a moment ago.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auth/authenticator.hpp"
#include "cache/sieve.hpp"
#include "pg/breaker.hpp"
#include "pg/pool.hpp"
#include "replica/reads.hpp"
#include "server/history.hpp"
#include "server/request_tally.hpp"

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
    RequestTally requests = {};
    /// What the kept answers take.
    std::size_t answer_bytes = 0;
};

/// Thread-safe. Workers say how they are four times a second: requests pay nothing for it.
class Samples {
  public:
    /// `breaker` is shared by all workers, and shown as it is at the moment.
    explicit Samples(std::shared_ptr<const pg::Breaker> breaker) : breaker_(std::move(breaker)) {}

    const pg::Breaker& breaker() const noexcept { return *breaker_; }

    /// Replaces what the worker has said before; once a second, what all have said becomes history.
    void publish(std::size_t worker, const Sample& sample);

    /// Returns what each worker has said.
    std::vector<Sample> latest() const;

    /// Returns the last five minutes, second by second, after `since` (milliseconds since 1970).
    std::vector<Second> history(std::int64_t since = 0) const;

    /// Returns the sums of all workers, and the lag of each, for Prometheus.
    std::vector<prometheus::MetricFamily> collect() const;

    /// Returns what each worker has read from replicas.
    std::vector<replica::Counts> reads() const;

  private:
    std::shared_ptr<const pg::Breaker> breaker_;
    mutable std::mutex mutex_;
    std::vector<Sample> by_worker_;
    History history_;
};

}  // namespace fraiseql::server
