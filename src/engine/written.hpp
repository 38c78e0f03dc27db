// SPDX-License-Identifier: MIT
// Written: where the primary's log stands when the writes of a request are in it.
#pragma once

#include <optional>
#include <string>

#include "pg/rows.hpp"
#include "pg/statement.hpp"
#include "replica/position.hpp"

namespace fraiseql::engine {

/// Whoever reads from a server that has replayed as much sees what the request wrote.
class Written {
  public:
    /// Makes `batch`, which may write, say where the log stands afterwards.
    static void ask(pg::Batch& batch) { batch.afterwards = replica::position_call(); }

    /// Takes that out of the result of such a batch, which had `calls` calls besides.
    void hear(pg::BatchResult& result, std::size_t calls);

    /// Something was written, and nobody knows where.
    void doubt() noexcept { position_ = replica::kBeyondReplicas; }

    /// Nothing where nothing was written.
    const std::optional<replica::Position>& position() const noexcept { return position_; }

    /// Returns the answer's `extensions` about it, a JSON object; empty where nothing was written.
    std::string extensions() const;

  private:
    std::optional<replica::Position> position_;
};

}  // namespace fraiseql::engine
