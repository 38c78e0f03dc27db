// SPDX-License-Identifier: MIT
// What makes a session as it was when it was opened, so that nothing of one request is left to the
// next one.
#pragma once

#include "pg/statement.hpp"

namespace fraiseql::pg {

/// Returns the calls that undo what a transaction may have left behind: its role, settings,
/// cursors, advisory locks, temporary tables, sequence values and LISTENs. Prepared statements
/// stay.
Batch session_reset();

}  // namespace fraiseql::pg
