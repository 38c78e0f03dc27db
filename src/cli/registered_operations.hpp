// SPDX-License-Identifier: MIT
// The registered operations that a server of these options would have.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "pg/session.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// Returns those of the table, where `session`'s database has it, and then those of `folder`, which
/// may be empty.
Result<std::vector<turbo::Registered>> registered_operations(pg::Session& session,
                                                             const std::string& folder);

}  // namespace fraiseql::cli
