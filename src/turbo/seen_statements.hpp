// SPDX-License-Identifier: MIT
// SeenStatements: which operations send which statements, on the way to whoever writes it down.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace fraiseql::turbo {

struct SeenStatement {
    /// What the operation is called in logs and metrics.
    std::string operation;
    std::string sql;
    std::size_t parameters = 0;
};

/// Thread-safe; asked for when a plan is made, not at each request.
class SeenStatements {
  public:
    /// False where a thousand wait already: to be said again later.
    bool add(SeenStatement statement);

    /// Returns what was added since the last time.
    std::vector<SeenStatement> take();

  private:
    std::mutex mutex_;
    std::vector<SeenStatement> waiting_;
};

}  // namespace fraiseql::turbo
