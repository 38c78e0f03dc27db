// SPDX-License-Identifier: MIT
// CacheRule: what `@cache` on a view says, and what its definition makes of that.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

namespace fraiseql::schema {

/// When an answer that reads a relation is still the answer, and whose it is.
struct CacheRule {
    /// What its version is made of, sorted: oids of tables, names of the annotation, and `ddl`.
    std::vector<std::string> contexts = {};
    /// Row-level security, settings or a function of unknown behaviour make the answer depend on
    /// who asks.
    bool per_principal = false;
    /// 0: as long as the versions are the same.
    std::chrono::milliseconds ttl{0};
    /// How long answers are kept for @asOf; 0: not.
    std::chrono::milliseconds history{0};
    /// Tables behind it whose writes bump nothing; they may belong to a tree of partitions.
    std::vector<const catalog::Relation*> untracked = {};
    /// Why no answer may be kept, and what to do about it; empty where answers may be kept.
    std::string problem = {};
    std::string remedy = {};

    bool usable() const noexcept { return problem.empty(); }
};

/// Reads the arguments of `@cache` for `relation`: any of `ttl 5m`, `history 90d` and
/// `context a,b`, where the context `tables` stands for the tables behind it, as no context does.
/// Fails with Configuration where they are not understood; a rule that cannot be kept has a
/// problem.
Result<CacheRule> read_cache_rule(const catalog::Catalog& catalog,
                                  const catalog::Relation& relation, std::string_view arguments);

}  // namespace fraiseql::schema
