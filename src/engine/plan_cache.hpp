// SPDX-License-Identifier: MIT
// PlanCache: the documents that one worker has met, with their plans and statements.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "cache/sieve.hpp"
#include "engine/prepared.hpp"

namespace fraiseql::engine {

/// Finds a document by the bytes of its text. Holds at most the bytes it was given, whatever
/// clients send. Used on its worker's thread.
class PlanCache {
  public:
    explicit PlanCache(std::size_t max_bytes) : documents_(max_bytes) {}

    /// Returns the document of `text`, prepared now where it is not kept. Documents with errors are
    /// never kept: a flood of them drives nothing out.
    std::shared_ptr<PreparedDocument> find_or_prepare(
        const std::shared_ptr<const schema::Model>& model, std::string_view text,
        const graphql::ParseLimits& limits);

    /// Says that `document` has got further plans or statements, if it has.
    void grown(PreparedDocument& document);

    /// Forgets all; requests in progress keep what they hold.
    void clear() { documents_.clear(); }

    std::size_t size() const noexcept { return documents_.size(); }
    std::size_t bytes() const noexcept { return documents_.bytes(); }
    const cache::Statistics& statistics() const noexcept { return documents_.statistics(); }

  private:
    cache::Sieve<std::shared_ptr<PreparedDocument>> documents_;
};

}  // namespace fraiseql::engine
