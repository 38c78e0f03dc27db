// SPDX-License-Identifier: MIT
// Reading: from a relation's name, keys and conditions to a call of a statement.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "compile/relation_sql.hpp"
#include "data/store.hpp"
#include "fraiseql/repository.hpp"
#include "pg/statement.hpp"

namespace fraiseql::data {

/// What code wants to read.
struct ReadRequest {
    std::string relation;
    compile::RelationResult result = compile::RelationResult::List;
    /// The arguments of a query as JSON, see fraiseql::query::str().
    std::string arguments = {};
    std::vector<fraiseql::detail::selection> keys = {};
    bool total_count = false;
};

/// Returns the call, parameters bound. Fails with BadUserInput or Forbidden, hints included.
Result<pg::Call> prepare_read(const Store& store, const ReadRequest& request);

}  // namespace fraiseql::data
