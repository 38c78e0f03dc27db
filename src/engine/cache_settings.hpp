// SPDX-License-Identifier: MIT
// What an engine may be told about keeping answers.
#pragma once

#include <chrono>
#include <cstddef>

namespace fraiseql::engine {

/// See docs/cache.md. Only views with `@cache` are concerned.
struct CacheSettings {
    /// This worker's memory for answers; 0: there is no cache at all.
    std::size_t memory_bytes = std::size_t{16} << 20U;
    /// The largest answer that is kept.
    std::size_t max_answer_bytes = std::size_t{4} << 20U;
    /// For how long versions count as those of now. 0, the strict mode: each answer is compared
    /// with versions that were read after its request arrived.
    std::chrono::milliseconds lease{0};
    /// Answers that were built faster stay in memory; slower ones go to the database, where the
    /// other workers and servers find them.
    std::chrono::milliseconds store_after{5};
};

}  // namespace fraiseql::engine
