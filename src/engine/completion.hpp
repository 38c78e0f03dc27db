// SPDX-License-Identifier: MIT
// Completion: what a resolver returned, cut to what the operation selects (GraphQL §6.4.3).
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "fraiseql/definition.hpp"
#include "plan/plan.hpp"
#include "schema/model.hpp"

namespace fraiseql::engine {

/// The value of a field as JSON, and what went wrong in it.
struct Completed {
    json_text value = {};
    /// Their paths begin with the field's response key.
    std::vector<Error> errors = {};
    /// The field may not be null, but is: its parent must be null (§6.4.4).
    bool propagates = false;
};

/// Makes an error of what code has thrown.
using ReportThrown = std::function<Error(const std::exception_ptr&)>;

/// Completes `value` for a field of `type` under `response_key`. Where the value does not fit the
/// type, or its codec throws, the part that does not is null, with an error.
Completed complete(const graphql::Type& type, const std::vector<plan::Branch>& branches,
                   std::string_view response_key, const detail::resolved& value,
                   const ReportThrown& report);

}  // namespace fraiseql::engine
