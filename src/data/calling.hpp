// SPDX-License-Identifier: MIT
// Calling: from a function's name and named arguments to a call of a statement.
#pragma once

#include <string>

#include "base/result.hpp"
#include "data/store.hpp"
#include "pg/statement.hpp"

namespace fraiseql::data {

/// A call, and whether the function only reads.
struct FunctionCall {
    pg::Call call;
    bool read_only = false;
};

/// Returns the call of the one overload that `arguments`, a JSON object, fits by its names. Fails
/// with NotFound, Forbidden or BadUserInput; hints name what was meant.
Result<FunctionCall> prepare_call(const Store& store, const std::string& name,
                                  const std::string& arguments);

}  // namespace fraiseql::data
