// SPDX-License-Identifier: MIT
// Sieve: a cache from text to values, bounded in bytes, that floods of new texts cannot wash out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cache/keyed_hash.hpp"

namespace fraiseql::cache {

/// What a cache has seen since it was made.
struct Statistics {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;
    /// Values that were not kept: too large, or met for the first time while the cache was full.
    std::uint64_t refusals = 0;
};

/// Evicts by SIEVE (Zhang et al., NSDI 2024): a hit only counts, and the hand drops what it finds
/// at zero. Counts go up to seven, not one, so that what is hot survives many that came twice.
/// While the cache is full, a text is admitted when it is met a second time: one-hit wonders drive
/// nothing out. Single-threaded; a hit neither allocates nor moves.
template <class Value>
class Sieve {
  public:
    explicit Sieve(std::size_t max_bytes) : max_bytes_(max_bytes) {}
    Sieve(const Sieve&) = delete;
    Sieve& operator=(const Sieve&) = delete;

    /// Returns the value kept for `text`, or nullptr; valid until the cache is changed.
    Value* find(std::string_view text) {
        auto found = entries_.find(key_of(text));
        if (found == entries_.end()) {
            ++statistics_.misses;
            return nullptr;
        }
        ++statistics_.hits;
        if (found->second->hits < kMostHits) ++found->second->hits;
        return &found->second->value;
    }

    /// Keeps `value`, which weighs `bytes` besides its text, for `text` unless it is refused (see
    /// above) or kept already. Returns whether it is kept now.
    bool insert(std::string_view text, Value value, std::size_t bytes) {
        const Key key = key_of(text);
        if (entries_.contains(key)) return true;
        const std::size_t weight = bytes + text.size() + kEntryBytes;
        const bool full = bytes_ + weight > max_bytes_;
        if (weight > max_bytes_ / 4 || (full && !met_before(key.hash))) {
            ++statistics_.refusals;
            return false;
        }
        make_room(weight);
        order_.push_front(Entry{std::string(text), key.hash, weight, std::move(value)});
        entries_.emplace(Key{key.hash, order_.front().text}, order_.begin());
        bytes_ += weight;
        return true;
    }

    /// Says that the value of `text` weighs `bytes` now; others, or it, go where that is too much.
    void reweigh(std::string_view text, std::size_t bytes) {
        auto found = entries_.find(key_of(text));
        if (found == entries_.end()) return;
        const auto entry = found->second;
        bytes_ -= entry->weight;
        entry->weight = bytes + entry->text.size() + kEntryBytes;
        bytes_ += entry->weight;
        if (entry->weight > max_bytes_ / 4)
            drop(entry);
        else
            make_room(0);
    }

    void clear() {
        entries_.clear();
        order_.clear();
        hand_ = order_.end();
        bytes_ = 0;
    }

    std::size_t size() const noexcept { return entries_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }
    const Statistics& statistics() const noexcept { return statistics_; }

  private:
    /// What the list, the index and the allocator take for one entry, roughly.
    static constexpr std::size_t kEntryBytes = 200;
    static constexpr std::uint8_t kMostHits = 7;

    struct Entry {
        std::string text;
        std::uint64_t hash;
        std::size_t weight;
        Value value;
        std::uint8_t hits = 0;
    };
    using Order = std::list<Entry>;

    struct Key {
        std::uint64_t hash;
        std::string_view text;
        bool operator==(const Key&) const = default;
    };
    struct HashOfKey {
        std::size_t operator()(const Key& key) const noexcept { return key.hash; }
    };

    Key key_of(std::string_view text) const noexcept { return {keyed_hash(key_, text), text}; }

    bool met_before(std::uint64_t hash) {
        std::uint64_t& met = met_[hash % met_.size()];
        return std::exchange(met, hash) == hash;
    }

    /// Evicts until `weight` more bytes fit.
    void make_room(std::size_t weight) {
        while (bytes_ + weight > max_bytes_ && !order_.empty()) {
            if (hand_ == order_.end()) hand_ = std::prev(order_.end());
            if (hand_->hits == 0) {
                ++statistics_.evictions;
                drop(hand_);
            } else {
                --hand_->hits;
                hand_ = before(hand_);
            }
        }
    }

    /// The entry that is one younger, or end() where there is none.
    typename Order::iterator before(typename Order::iterator at) {
        return at == order_.begin() ? order_.end() : std::prev(at);
    }

    void drop(typename Order::iterator at) {
        if (hand_ == at) hand_ = before(at);
        bytes_ -= at->weight;
        entries_.erase(Key{at->hash, at->text});
        order_.erase(at);
    }

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    HashKey key_ = random_hash_key();
    /// Youngest first.
    Order order_;
    std::unordered_map<Key, typename Order::iterator, HashOfKey> entries_;
    /// The next candidate for eviction; end() means the oldest.
    typename Order::iterator hand_ = order_.end();
    /// Hashes of texts that were refused lately.
    std::array<std::uint64_t, 4096> met_ = {};
    Statistics statistics_;
};

}  // namespace fraiseql::cache
