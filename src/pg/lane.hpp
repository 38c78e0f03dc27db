// SPDX-License-Identifier: MIT
// LaneState: one lane's connections and queue, and which connection takes the next batch.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pg/backoff.hpp"
#include "pg/breaker.hpp"
#include "pg/connection.hpp"
#include "pg/pending.hpp"

namespace fraiseql::pg {

/// A server that has not answered for so long is asked on another connection whether it is there.
constexpr std::chrono::milliseconds kSilence{2000};

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
    /// Those that are to be replaced: they get no new work where others can have it.
    std::vector<const Connection*> retiring;
    std::deque<std::shared_ptr<Pending>> queue;
    std::size_t connecting = 0;
    /// After the server had no connection left for this lane; whether it answers at all, the
    /// breaker knows.
    Backoff backoff;
    /// Why it was so; sqlstate empty while it is not.
    sql::DatabaseError refusal;

    bool is_retiring(const Connection& connection) const {
        return std::find(retiring.begin(), retiring.end(), &connection) != retiring.end();
    }

    /// Whether one that is to be replaced has been.
    bool has_successor() const { return connections.size() - retiring.size() >= max_connections; }

    /// Whether the server leaves unanswered what it was sent. While the database is known to be
    /// away (`breaker`), nothing more is sent there.
    static bool is_silent(const Connection& connection, Breaker::State breaker,
                          std::chrono::steady_clock::time_point now) {
        return breaker != Breaker::State::Closed && !connection.in_flight().empty() &&
               now - connection.quiet_since() > kSilence;
    }

    /// Returns the connection with the fewest batches in flight that can take one more, or nullptr;
    /// one that is to be replaced only where there is no other.
    Connection* choose(Breaker::State breaker) const {
        Connection* best = nullptr;
        const auto rank = [this](const Connection& each) {
            return std::pair(is_retiring(each), each.in_flight().size());
        };
        for (const auto& connection : connections) {
            const std::size_t load = connection->in_flight().size();
            if (connection->cancelling() || load >= max_in_flight) continue;
            if (breaker != Breaker::State::Closed &&
                is_silent(*connection, breaker, std::chrono::steady_clock::now()))
                continue;
            if (best == nullptr || rank(*connection) < rank(*best)) best = connection.get();
        }
        return best;
    }

    /// Returns how many connections should be started now. After a refusal one at a time is tried.
    std::size_t to_start(std::chrono::steady_clock::time_point now) const {
        const std::size_t have = connections.size() - retiring.size() + connecting;
        if (have >= max_connections || !backoff.due(now)) return 0;
        if (backoff.failing()) return connecting == 0 ? 1 : 0;
        const std::size_t room = max_connections - have;
        if (keep_full) return room;
        return std::min(room, queue.size() > connecting ? queue.size() - connecting : 0);
    }

    /// Whether a batch that comes now would wait for nothing: no connection that answers, and none
    /// expected.
    bool down(Breaker::State breaker) const {
        if (breaker == Breaker::State::Closed)
            return connections.empty() && !refusal.sqlstate.empty();
        const auto now = std::chrono::steady_clock::now();
        return std::all_of(connections.begin(), connections.end(),
                           [&](const auto& each) { return is_silent(*each, breaker, now); });
    }

    std::size_t in_flight() const {
        std::size_t count = 0;
        for (const auto& connection : connections)
            count += connection->in_flight().size();
        return count;
    }

    void remove(const Connection& connection) {
        std::erase(retiring, &connection);
        std::erase_if(connections, [&](const auto& each) { return each.get() == &connection; });
    }
};

}  // namespace fraiseql::pg
