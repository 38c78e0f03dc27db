// SPDX-License-Identifier: MIT
#include "limit/in_flight.hpp"

namespace fraiseql::limit {

std::optional<InFlight::Place> InFlight::enter(std::string_view client, std::size_t most) {
    const std::uint64_t hash = cache::keyed_hash(key_, client);
    Shard& shard = shards_[hash % kShards];
    const std::lock_guard lock(shard.mutex);
    std::size_t& count = shard.counts[hash];
    if (count >= most) {
        if (count == 0) shard.counts.erase(hash);
        return std::nullopt;
    }
    ++count;
    return Place(this, hash);
}

void InFlight::leave(std::uint64_t hash) {
    Shard& shard = shards_[hash % kShards];
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.counts.find(hash);
    if (found != shard.counts.end() && --found->second == 0) shard.counts.erase(found);
}

}  // namespace fraiseql::limit
