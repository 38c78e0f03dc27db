// SPDX-License-Identifier: MIT
// health: every component of a server with its state, for administrators.
#pragma once

#include <string>
#include <vector>

#include "server/admin_state.hpp"
#include "server/readiness.hpp"

namespace fraiseql::server {

/// Returns {status, reason, components: {database: {state, reason, numbers}, …}}. A component is
/// `ok`, `degraded` (requests are answered all the same), or `down`: then it is among `problems`,
/// which keep the server from being ready. `numbers` are those of state_parts().
std::string health_json(const AdminSources& sources,
                        const std::vector<Readiness::Problem>& problems);

}  // namespace fraiseql::server
