// SPDX-License-Identifier: MIT
// Everything that `fraiseql check` finds, asked of one session.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "check/finding.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"

namespace fraiseql::cli {

/// Returns what the catalog of `model` and the database's own checks tell, in no order.
Result<std::vector<check::Finding>> all_findings(pg::Session& session, const schema::Model& model);

}  // namespace fraiseql::cli
