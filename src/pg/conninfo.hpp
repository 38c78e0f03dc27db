// SPDX-License-Identifier: MIT
// Conninfo: what libpq makes of a connection URL or of key=value pairs.
#pragma once

#include <string>

#include "base/result.hpp"

namespace fraiseql::pg {

/// Returns the settings that `conninfo` gives, as key=value pairs, with passwords replaced by
/// `****`: fit for a terminal or a log. Configuration where libpq cannot read it.
Result<std::string> masked_conninfo(const std::string& conninfo);

}  // namespace fraiseql::pg
