// SPDX-License-Identifier: MIT
// Arena: memory for the nodes of one document or request, freed all at once.
#pragma once

#include <cstring>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fraiseql {

/// Hands out memory that lives exactly as long as the arena. Nodes must not need a destructor.
/// Not thread-safe; moving it keeps every pointer valid.
class Arena {
  public:
    Arena() : memory_(std::make_unique<std::pmr::monotonic_buffer_resource>(4096)) {}

    /// Constructs a T that lives as long as the arena.
    template <class T, class... Args>
    T* make(Args&&... args) {
        static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
        return new (memory_->allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
    }

    /// Copies `items` into the arena.
    template <class T>
    std::span<const T> copy(const std::vector<T>& items) {
        return copy(std::span<const T>(items));
    }

    /// Copies `items` into the arena.
    template <class T>
    std::span<const T> copy(std::span<const T> items) {
        static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
        if (items.empty()) return {};
        auto* out = static_cast<T*>(memory_->allocate(items.size() * sizeof(T), alignof(T)));
        std::uninitialized_copy(items.begin(), items.end(), out);
        return {out, items.size()};
    }

    /// Copies `text` into the arena.
    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        auto* out = static_cast<char*>(memory_->allocate(text.size(), 1));
        std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }

  private:
    std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
};

}  // namespace fraiseql
