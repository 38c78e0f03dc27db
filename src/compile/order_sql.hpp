// SPDX-License-Identifier: MIT
// SQL for an `orderBy` argument, completed to an order in which no two rows are equal.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "compile/source.hpp"
#include "json/value.hpp"

namespace fraiseql::compile {

/// One criterion: an expression over the row, and how it counts.
struct OrderTerm {
    sql::Fragment value;
    bool descending = false;
    /// Where nulls stand; PostgreSQL's own rule is last for ascending, first for descending.
    bool nulls_first = false;
    /// The binding behind it, for cursors.
    schema::FieldBinding binding = {};
    /// What it is ordered by, however that is found: cursors are good for this order only.
    std::string meaning = {};
};

/// Returns the criteria of the coerced list `order_by` (nullptr: none), and the columns that tell
/// the entity's rows apart unless they are among them.
std::vector<OrderTerm> order_terms(const schema::Model& model, const schema::Entity& entity,
                                   const json::Value* order_by, const Source& source);

/// Returns the criteria of the coerced list `order_by` (nullptr: none) for items of a list. Fails
/// with BadUserInput where `item` does not have what is asked for.
Result<std::vector<OrderTerm>> list_order_terms(const schema::Model& model,
                                                const std::string& input_type,
                                                const json::Value* order_by, const Source& item);

/// Returns them as after ORDER BY; with `reversed`, the contrary order.
sql::Fragment order_sql(const std::vector<OrderTerm>& terms, bool reversed = false);

}  // namespace fraiseql::compile
