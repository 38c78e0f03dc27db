// SPDX-License-Identifier: MIT
// Splicing an answer together: fixed bytes around the JSON that PostgreSQL wrote.
#pragma once

#include <string_view>
#include <vector>

#include "engine/prepared.hpp"
#include "fraiseql/json.hpp"
#include "pg/rows.hpp"
#include "runtime/payload.hpp"

namespace fraiseql::engine {

/// A unit and the rows of its statements.
struct UnitResult {
    /// Outlives the answer's assembly.
    const compile::Unit* unit = nullptr;
    std::vector<pg::Rows> rows;
};

/// Returns a unit of the same root fields in which those that read the database are null.
compile::Unit null_unit(const PreparedRequest& request, const compile::Unit& unit);

/// Returns the whole answer; takes the rows out of `results`. `resolved` has the answers of
/// resolvers by root; empty where the plan has none. Errors come before data, so that
/// a reader sees them first. `extensions` is a JSON object, or empty where there are none.
runtime::Payload assemble(const PreparedRequest& request, std::vector<UnitResult>& results,
                          const std::vector<Error>& errors, bool data_is_null,
                          std::string_view extensions = {}, std::vector<json_text> resolved = {});

}  // namespace fraiseql::engine
