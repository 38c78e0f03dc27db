// SPDX-License-Identifier: MIT
// Reads: sends one worker's reads to replicas that are good enough, and to the primary otherwise.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pg/pool.hpp"
#include "replica/choice.hpp"
#include "runtime/outbound.hpp"
#include "runtime/task.hpp"

namespace fraiseql::replica {

/// A server to read from.
struct Target {
    /// How people recognise it: no password in it.
    std::string name;
    pg::PoolSettings pool;
    /// Its own, for what blocks: a replica that hangs holds up no connection to another server.
    std::shared_ptr<runtime::Outbound> outbound;
};

struct Settings {
    std::vector<Target> targets = {};
    /// An answer has all that was committed this long before its request was sent to a replica.
    std::chrono::milliseconds max_lag{5000};
};

/// Since the start.
struct Counts {
    /// Answered, by replica.
    std::vector<std::uint64_t> reads = {};
    /// Of now, by replica.
    std::vector<std::size_t> in_flight = {};
    std::vector<std::size_t> connections = {};
    /// From sending reads to having their answers, of connections that are open.
    std::chrono::nanoseconds busy{0};
    /// Sent to the primary, by Fallback.
    std::array<std::uint64_t, kFallbacks> fallbacks = {};
};

/// Used on its worker's thread.
class Reads {
  public:
    /// `primary` must outlive it; `settings` are shared by the workers.
    Reads(runtime::Executor executor, pg::Pool& primary, std::shared_ptr<const Settings> settings);
    Reads(const Reads&) = delete;
    Reads& operator=(const Reads&) = delete;

    /// From now on, `snapshot` says which replicas are good enough. One that is away loses its
    /// connections: what it has not answered is asked elsewhere.
    void follow(std::shared_ptr<const Snapshot> snapshot);

    /// Runs a read-only batch as pg::Pool::run() does, on a replica that has all that `seen` says
    /// and is not further behind than the settings allow. What a replica fails at, the primary is
    /// asked: an error of a replica is nobody's answer, but that time is up.
    runtime::Task<pg::BatchResult> run(pg::Batch batch, std::optional<Position> seen,
                                       runtime::Clock::time_point deadline);

    /// Closes all connections to replicas; reads in progress go on with the primary.
    void close();

    Counts counts() const;

  private:
    struct Slot {
        std::shared_ptr<pg::Pool> pool = {};
        std::size_t in_flight = 0;
        std::uint64_t reads = 0;
    };

    static std::size_t connections(const Slot& slot);
    std::vector<Load> loads() const;

    runtime::Executor executor_;
    pg::Pool& primary_;
    std::shared_ptr<const Settings> settings_;
    std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
    std::vector<Slot> slots_;
    std::array<std::uint64_t, kFallbacks> fallbacks_ = {};
    /// Where to begin to look next, so that equals take turns.
    std::size_t turn_ = 0;
    bool closed_ = false;
};

}  // namespace fraiseql::replica
