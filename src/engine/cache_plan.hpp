// SPDX-License-Identifier: MIT
// CachePlan: whether the answers to an operation may be kept, for how long, and under what key.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/prepared.hpp"

namespace fraiseql::engine {

/// What the `@cache` of all its root fields comes to.
struct CachePlan {
    /// What the version of an answer is made of, sorted.
    std::vector<std::string> contexts = {};
    /// See schema::CacheRule.
    bool per_principal = false;
    std::chrono::milliseconds ttl{0};
    std::chrono::milliseconds history{0};
    /// A SHA-256 of the definitions of the views and policies behind it.
    std::string definitions = {};
};

/// Returns what `plan` has; nullptr where one of its root fields is not under `@cache`, or where
/// part of the answer depends on more than what is behind them: an estimated count, or a rule whose
/// condition is not self-contained. Of a subscription: what tells when its answer may be another
/// one, whatever `@cache` says; nothing else of it is meant.
std::shared_ptr<const CachePlan> cache_plan(const catalog::Catalog& catalog,
                                            const plan::Plan& plan);

/// Returns what distinguishes `principal` from others as far as PostgreSQL is concerned: its
/// settings. Those who may see the same rows share a class; where nothing depends on who asks, all
/// do.
std::string principal_class(const CachePlan& plan, const auth::Principal* principal);

/// Returns the SHA-256, in hexadecimal digits, of all that the answer depends on besides the state
/// of the database: statement, parameters, session and class.
std::string cache_key(const CachePlan& plan, const PreparedRequest& request,
                      const CompiledUnit& unit, const pg::Batch& batch);

}  // namespace fraiseql::engine
