// SPDX-License-Identifier: MIT
// Criteria: the names and operators of code's conditions, checked against what a relation has.
#pragma once

#include <string>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "json/value.hpp"
#include "schema/model.hpp"

namespace fraiseql::data {

/// Returns the condition `where` on rows of `type` in the form that the compiler takes: a value in
/// place of a filter becomes `{"eq": …}`, null `{"isnull": true}`. Fails with BadUserInput where a
/// name or operator is not known, with a hint, or an operand has the wrong form.
Result<json::Value> read_where(const schema::Model& model, const std::string& type,
                               const json::Value& where, Arena& arena);

/// Fails with BadUserInput where `order_by`, a list of `{name: direction}`, names what rows of
/// `type` cannot be ordered by.
Result<void> check_order(const schema::Model& model, const std::string& type,
                         const json::Value& order_by);

/// Returns the error for a name that `type` does not have.
Error unknown_member(const schema::Model& model, const std::string& type, std::string_view name);

}  // namespace fraiseql::data
