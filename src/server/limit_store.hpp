// SPDX-License-Identifier: MIT
// LimitStore: where several servers count requests together.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "limit/cell.hpp"

namespace fraiseql::server {

/// One rule and whom it is applied to, as it travels to a store.
struct SharedCharge {
    std::string key;
    const limit::Rule* rule = nullptr;
};

/// One request: all of its charges are counted, or none.
using SharedTake = std::vector<SharedCharge>;

/// The decisions of a take up to the one that refuses it, as of limit::Table.
using SharedDecisions = std::vector<limit::Decision>;

/// Used on a thread of its own: it waits, though not long.
class LimitStore {
  public:
    virtual ~LimitStore() = default;

    /// Counts all takes in one round trip; nothing where the store did not answer in time.
    virtual std::optional<std::vector<SharedDecisions>> take(
        const std::vector<SharedTake>& takes) = 0;
};

/// Counts in Redis 5 or later: `redis://[user][:password@]host[:port][/database]`. Connects when it
/// is first used. Configuration where the URL is none.
Result<std::unique_ptr<LimitStore>> make_redis_limit_store(const std::string& url);

/// Counts in PostgreSQL (`db install limits`). Connects when it is first used.
std::unique_ptr<LimitStore> make_database_limit_store(std::string conninfo);

}  // namespace fraiseql::server
