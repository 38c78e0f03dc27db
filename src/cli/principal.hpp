// SPDX-License-Identifier: MIT
// Who would ask: what `--claims`, `--role` and the options on claims say, for commands that try
// operations without a server.
#pragma once

#include <memory>

#include "auth/principal.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"

namespace fraiseql::cli {

/// Returns the bearer of `--claims`, or the anonymous one; nullptr (nobody in particular) where
/// nothing of that kind is said.
Result<std::shared_ptr<const auth::Principal>> read_principal(const Options& options);

}  // namespace fraiseql::cli
