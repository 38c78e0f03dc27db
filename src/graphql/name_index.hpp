// SPDX-License-Identifier: MIT
// An index by name for things that never change: open addressing in a span of slots.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// Hashes a name eight bytes at a time. Names are the schema's or are only compared with it, so
/// nothing depends on collisions being hard to find.
inline std::uint32_t hash_name(std::string_view name) noexcept {
    std::uint64_t hash = name.size() * 0x9E3779B97F4A7C15U;
    const char* data = name.data();
    std::size_t left = name.size();
    for (; left >= 8; data += 8, left -= 8) {
        std::uint64_t part = 0;
        std::memcpy(&part, data, 8);
        hash = (hash ^ part) * 0xD6E8FEB86659FD93U;
        hash ^= hash >> 32U;
    }
    if (left > 0) {
        std::uint64_t part = 0;
        std::memcpy(&part, data, left);
        hash = (hash ^ part) * 0xD6E8FEB86659FD93U;
    }
    return static_cast<std::uint32_t>(hash >> 32U);
}

/// Up to so many items, comparing each is quicker than an index.
inline constexpr std::size_t kIndexFrom = 6;

/// Makes the slots for `items`, whose `name` must be unique; empty for few items.
template <class T>
std::span<const NamedType::Slot> index_by_name(std::span<const T> items, Arena& arena) {
    if (items.size() < kIndexFrom) return {};
    std::size_t capacity = 16;
    while (capacity < items.size() * 2)
        capacity *= 2;
    std::vector<NamedType::Slot> slots(capacity);
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        const std::uint32_t hash = hash_name(items[i].name);
        std::size_t at = hash & (capacity - 1);
        while (slots[at].index_plus_one != 0)
            at = (at + 1) & (capacity - 1);
        slots[at] = {hash, i + 1};
    }
    return arena.copy(slots);
}

/// Returns the item called `name`, or nullptr.
template <class T>
const T* find_by_name(std::span<const NamedType::Slot> slots, std::span<const T> items,
                      std::string_view name) noexcept {
    if (slots.empty()) {
        for (const T& item : items)
            if (item.name == name) return &item;
        return nullptr;
    }
    const std::uint32_t hash = hash_name(name);
    std::size_t at = hash & (slots.size() - 1);
    for (; slots[at].index_plus_one != 0; at = (at + 1) & (slots.size() - 1)) {
        if (slots[at].hash != hash) continue;
        const T& item = items[slots[at].index_plus_one - 1];
        if (item.name == name) return &item;
    }
    return nullptr;
}

}  // namespace fraiseql::graphql
