// SPDX-License-Identifier: MIT
// Calls of PostgreSQL's JSON functions: which one it is, and its arguments in text and tree.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "rewrite/query.hpp"

namespace fraiseql::rewrite {

/// Returns the name of the built-in function that a FUNCEXPR, OPEXPR or AGGREF calls; empty where
/// it calls another.
std::string_view builtin_name(const catalog::Catalog& catalog, const lineage::Node& call);

/// Whether the expression is `json_build_object(…)` or `jsonb_build_object(…)`, and the text
/// agrees.
bool is_object(const catalog::Catalog& catalog, const Expression& expression);

/// Returns the value under `key` of such a call, or nothing.
std::optional<Expression> member_of(const Expression& object, std::string_view key);

/// Returns the one argument of to_json or to_jsonb, or nothing.
std::optional<Expression> converted_by(const catalog::Catalog& catalog,
                                       const Expression& expression);

/// Returns the list in `COALESCE(list, '[]')`, or nothing.
std::optional<Expression> list_or_empty(const Expression& expression);

/// `json_agg(item ORDER BY …) FILTER (…)` and the like.
struct AggregateText {
    Expression item;
    /// `ORDER BY …` inside of the parentheses.
    Slice order = {};
    /// What follows the parentheses.
    Slice filter = {};
};

/// Returns the parts of a call of json_agg or jsonb_agg, or nothing.
std::optional<AggregateText> read_aggregate(const catalog::Catalog& catalog,
                                            const Expression& expression);

}  // namespace fraiseql::rewrite
