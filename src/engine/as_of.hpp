// SPDX-License-Identifier: MIT
// AsOf: which answer of the past an operation with `@asOf` wants.
#pragma once

#include <optional>
#include <string>

#include "engine/prepared.hpp"
#include "pg/rows.hpp"
#include "runtime/payload.hpp"

namespace fraiseql::engine {

/// Reads the operation's `@asOf`; nothing where it has none. BadUserInput where it names neither a
/// time nor a version, or both, and where no history is kept of what the operation reads.
Result<std::optional<AsOf>> read_as_of(const PreparedDocument& document,
                                       const graphql::OperationDefinition& operation,
                                       const PlannedOperation& plan, const json::Value& variables,
                                       Arena& arena);

/// Returns the call that finds the answer under `key`.
pg::Batch as_of_batch(const AsOf& as_of, std::string key);

/// Returns the answer in `rows` with `extensions.asOf`; NotFound where there is none.
Result<runtime::Payload> as_of_answer(const AsOf& as_of, const pg::Rows& rows);

}  // namespace fraiseql::engine
