// SPDX-License-Identifier: MIT
// PersistedTexts: the documents that clients of this process have persisted by their hash.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cache/sieve.hpp"

namespace fraiseql::turbo {

/// Shared by the workers and bounded in bytes. Takes a lock: for what a worker does not know yet.
class PersistedTexts {
  public:
    explicit PersistedTexts(std::size_t max_bytes) : texts_(max_bytes) {}

    /// Returns the text persisted under `hash`.
    std::optional<std::string> find(std::string_view hash) {
        const std::lock_guard lock(mutex_);
        const std::string* text = texts_.find(hash);
        return text == nullptr ? std::nullopt : std::optional(*text);
    }

    /// Persists `text`, whose SHA-256 `hash` must be. While there is no room, a text is kept when
    /// it comes a second time.
    void insert(std::string_view hash, std::string_view text) {
        const std::lock_guard lock(mutex_);
        texts_.insert(hash, std::string(text), text.size());
    }

  private:
    std::mutex mutex_;
    cache::Sieve<std::string> texts_;
};

}  // namespace fraiseql::turbo
