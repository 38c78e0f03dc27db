// SPDX-License-Identifier: MIT
// The settings of a request's transactions: row-level security decides by them.
#pragma once

#include <optional>

#include "auth/principal.hpp"
#include "pg/statement.hpp"

namespace fraiseql::engine {

/// Returns the call that sets all of the principal's settings, for the transaction that it is part
/// of and no longer. It belongs in every transaction, before what reads or writes. Nothing where
/// there are no settings, or `principal` is nullptr.
std::optional<pg::Call> settings_call(const auth::Principal* principal);

}  // namespace fraiseql::engine
