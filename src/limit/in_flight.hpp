// SPDX-License-Identifier: MIT
// InFlight: how many requests of each client are being answered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/keyed_hash.hpp"

namespace fraiseql::limit {

/// Shared by the workers of a process. Thread-safe. Holds a number for each client that has a
/// request in progress, and no others.
class InFlight {
  public:
    /// One request, counted for as long as this lives. Move-only; must not outlive the counter.
    class Place {
      public:
        Place(Place&& other) noexcept : counter_(other.counter_), hash_(other.hash_) {
            other.counter_ = nullptr;
        }
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (counter_ != nullptr) counter_->leave(hash_);
        }

      private:
        friend class InFlight;
        Place(InFlight* counter, std::uint64_t hash) : counter_(counter), hash_(hash) {}

        InFlight* counter_;
        std::uint64_t hash_;
    };

    explicit InFlight(std::size_t most) : key_(cache::random_hash_key()), most_(most) {}

    /// Returns a place for one more request of `client`; nothing where it has `most` of them.
    std::optional<Place> enter(std::string_view client) { return enter(client, most_); }
    /// The same with another `most`, which holds for this request only.
    std::optional<Place> enter(std::string_view client, std::size_t most);

    std::size_t most() const noexcept { return most_; }

  private:
    static constexpr std::size_t kShards = 16;

    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::size_t> counts;
    };

    void leave(std::uint64_t hash);

    cache::HashKey key_;
    std::size_t most_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fraiseql::limit
