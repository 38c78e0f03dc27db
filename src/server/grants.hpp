// SPDX-License-Identifier: MIT
// Grants: the roles and permissions that the database has for users (`db install rbac`).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "auth/claim_map.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"

namespace fraiseql::server {

struct GrantSettings {
    /// What was read counts that long, should the news of a change get lost.
    std::chrono::milliseconds lifetime{30'000};
    /// Tokens whose grants are kept.
    std::size_t max_kept = 4096;
    std::chrono::milliseconds timeout{5'000};
};

/// One worker's knowledge of them. The pool must outlive it.
class Grants {
  public:
    using Principal = std::shared_ptr<const auth::Principal>;

    Grants(pg::Pool& pool, GrantSettings settings) : pool_(pool), settings_(settings) {}

    /// Returns `principal` with what the database grants it besides. Fails (ServiceUnavailable)
    /// where that cannot be read: nobody is taken for less than they are, nor for more.
    runtime::Task<Result<Principal>> add(Principal principal);

    /// Reads everything again from now on.
    void forget();

  private:
    struct Kept {
        /// Keeps the address, which is the key, from being given to another.
        Principal base;
        Principal granted;
        runtime::Clock::time_point until;
    };

    pg::Pool& pool_;
    GrantSettings settings_;
    std::unordered_map<const auth::Principal*, Kept> kept_;
    /// Counts forget(): what was asked for before is not kept after it.
    std::uint64_t generation_ = 0;
};

}  // namespace fraiseql::server
