// SPDX-License-Identifier: MIT
// LaneState: one lane's connections and queue, and which connection takes the next batch.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "pg/backoff.hpp"
#include "pg/breaker.hpp"
#include "pg/connection.hpp"
#include "pg/pending.hpp"

namespace fraiseql::pg {

/// State and choices only; Pool::State does the connecting and sending.
struct LaneState {
    LaneState(std::size_t most, std::size_t in_flight, bool fill, std::uint32_t seed)
        : max_connections(most), max_in_flight(in_flight), keep_full(fill), backoff(seed) {}

    std::size_t max_connections;
    /// Batches at once on one connection.
    std::size_t max_in_flight;
    /// Whether all connections are kept open, or opened only when batches wait.
    bool keep_full;
    std::vector<std::shared_ptr<Connection>> connections;
    std::deque<std::shared_ptr<Pending>> queue;
    std::size_t connecting = 0;
    /// After the server had no connection left for this lane; whether it answers at all, the
    /// breaker knows.
    Backoff backoff;
    /// Why it was so; sqlstate empty while it is not.
    sql::DatabaseError refusal;

    /// Returns the connection with the fewest batches in flight that can take one more, or nullptr.
    Connection* choose() const {
        Connection* best = nullptr;
        for (const auto& connection : connections) {
            const std::size_t load = connection->in_flight().size();
            if (connection->cancelling() || load >= max_in_flight) continue;
            if (best == nullptr || load < best->in_flight().size()) best = connection.get();
        }
        return best;
    }

    /// Returns how many connections should be started now. After a refusal one at a time is tried.
    std::size_t to_start(std::chrono::steady_clock::time_point now) const {
        const std::size_t have = connections.size() + connecting;
        if (have >= max_connections || !backoff.due(now)) return 0;
        if (backoff.failing()) return connecting == 0 ? 1 : 0;
        const std::size_t room = max_connections - have;
        if (keep_full) return room;
        return std::min(room, queue.size() > connecting ? queue.size() - connecting : 0);
    }

    /// Whether a batch that comes now would wait for nothing: no connection, and none expected.
    bool down(Breaker::State breaker) const {
        return connections.empty() &&
               (breaker != Breaker::State::Closed || !refusal.sqlstate.empty());
    }

    std::size_t in_flight() const {
        std::size_t count = 0;
        for (const auto& connection : connections)
            count += connection->in_flight().size();
        return count;
    }

    void remove(const Connection& connection) {
        std::erase_if(connections, [&](const auto& each) { return each.get() == &connection; });
    }
};

}  // namespace fraiseql::pg
