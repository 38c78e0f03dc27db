// SPDX-License-Identifier: MIT
// Access: which rules do not hold for who asks, and what to say then.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "json/value.hpp"
#include "schema/model.hpp"

namespace fraiseql::plan {

struct Plan;

/// By schema::Rule::id, whether the rule does not hold. Empty: all hold, since there are none.
using Denied = std::vector<bool>;

/// Returns the first rule of `guard` that is denied, or nullptr.
const schema::Rule* first_denied(const schema::Guard* guard, const Denied& denied);

/// Returns the error for what `guard` protects (FORBIDDEN); `use` is what was tried: "read".
Error forbidden(const schema::Guard& guard, const schema::Rule& rule, std::string_view use);

/// Returns one error for each field that `arguments`, the coerced ones of roots and lists, filter,
/// order, group or aggregate by although a rule on it is denied: conditions would tell what it
/// holds. So would a mask, which is why it is of no help here. The path names the field.
std::vector<Error> refuse_arguments(const schema::Model& model, const Plan& plan,
                                    std::span<const json::Value> arguments, const Denied& denied);

}  // namespace fraiseql::plan
