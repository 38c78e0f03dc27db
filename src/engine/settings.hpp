// SPDX-License-Identifier: MIT
// What an engine may be told.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/log.hpp"
#include "compile/compile.hpp"
#include "engine/cache_settings.hpp"
#include "engine/slow_operations.hpp"
#include "graphql/parser.hpp"
#include "plan/limits.hpp"
#include "turbo/persisted_texts.hpp"
#include "turbo/seen_statements.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::engine {

struct Settings {
    compile::CompileOptions compile = {};
    graphql::ParseLimits parse = {};
    /// What an operation may ask for; registered ones, too.
    plan::Limits limits = {};
    /// Most that PostgreSQL's planner may expect a query to cost that is not registered; 0: any.
    double max_plan_cost = 0;
    /// From the first byte of execution to the answer; then the statement is cancelled.
    std::chrono::milliseconds timeout{30'000};
    /// Development: messages of unexpected database errors reach the client.
    bool expose_errors = false;
    /// Most items of a list anywhere in an argument.
    std::size_t max_list_items = 10'000;
    /// Whether __schema and __type are answered.
    bool introspection = true;
    /// Whether __schema and __type leave out what who asks may not see.
    bool hide_forbidden = true;
    /// Memory for the documents that are kept with their plans.
    std::size_t plan_cache_bytes = std::size_t{32} << 20U;
    /// Where clients may persist documents by hash; shared by the workers. nullptr: nowhere.
    std::shared_ptr<turbo::PersistedTexts> persisted = {};
    /// Counts what registered operations cost; shared by the workers. nullptr: nobody counts.
    std::shared_ptr<turbo::Statistics> statistics = {};
    /// Proposes operations that take much time to `statistics`, for registration.
    bool adaptive = false;
    CacheSettings cache = {};
    /// Refuses whatever is not in the registry.
    bool only_registered = false;
    /// Counts what all others cost, the busiest of them by name; shared by the workers. nullptr:
    /// nobody counts.
    std::shared_ptr<turbo::Statistics> others = {};
    /// Hears which operations send which statements; shared by the workers. nullptr: nobody does.
    std::shared_ptr<turbo::SeenStatements> seen = {};
    /// From which time on an operation is slow; 0: none is.
    std::chrono::milliseconds slow_after{0};
    /// Counts those; shared by the workers. Not nullptr where any is slow.
    std::shared_ptr<SlowOperations> slow = {};
    /// Hears of unexpected errors, with the reference that the client was given, and of slow
    /// operations. May be empty. Called on the worker's thread.
    Log log = {};
};

/// Whether operations that were planned with `a` would be planned alike with `b`.
bool plan_alike(const Settings& a, const Settings& b) noexcept;

}  // namespace fraiseql::engine
