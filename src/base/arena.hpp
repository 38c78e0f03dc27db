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
    Arena() : state_(std::make_unique<State>()) {}

    /// Constructs a T that lives as long as the arena.
    template <class T, class... Args>
    T* make(Args&&... args) {
        static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
        return new (state_->memory.allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
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
        auto* out = static_cast<T*>(state_->memory.allocate(items.size() * sizeof(T), alignof(T)));
        std::uninitialized_copy(items.begin(), items.end(), out);
        return {out, items.size()};
    }

    /// Copies `text` into the arena.
    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        auto* out = static_cast<char*>(state_->memory.allocate(text.size(), 1));
        std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }

    /// Returns how much of the heap the arena holds.
    std::size_t bytes() const noexcept { return state_->heap.bytes; }

  private:
    /// Counts what it takes from the heap.
    class Counted final : public std::pmr::memory_resource {
      public:
        std::size_t bytes = 0;

      private:
        void* do_allocate(std::size_t size, std::size_t alignment) override {
            void* memory = std::pmr::new_delete_resource()->allocate(size, alignment);
            bytes += size;
            return memory;
        }
        void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override {
            std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override {
            return this == &other;
        }
    };

    struct State {
        Counted heap;
        std::pmr::monotonic_buffer_resource memory{4096, &heap};
    };

    std::unique_ptr<State> state_;
};

}  // namespace fraiseql
