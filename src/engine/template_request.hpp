// SPDX-License-Identifier: MIT
// template_request: requests whose statement was written by hand.
#pragma once

#include <optional>

#include "engine/prepared.hpp"
#include "turbo/checked_template.hpp"

namespace fraiseql::engine {

/// Returns what a checked template runs, ready to be sent.
CompiledUnits template_units(const turbo::CheckedTemplate& checked);

/// Makes `prepared`, whose arguments are all read, run `units` of a template. Fails
/// (Unauthenticated or Forbidden) where who asks lacks what the template needs to know.
Result<void> use_template(PreparedRequest& prepared, const Request& request, CompiledUnits units);

}  // namespace fraiseql::engine
