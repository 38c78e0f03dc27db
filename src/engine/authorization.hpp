// SPDX-License-Identifier: MIT
// Authorization: the rules of a model held against who asks.
#pragma once

#include "auth/principal.hpp"
#include "graphql/introspection.hpp"
#include "plan/access.hpp"
#include "schema/model.hpp"

namespace fraiseql::engine {

/// Returns the rules that `principal` meets by none of its roles, permissions and its token; to
/// nullptr all are denied.
plan::Denied denied_rules(const schema::Model& model, const auth::Principal* principal);

/// Whether `principal` meets one of the alternatives of `line`, what follows `@authorize`; an empty
/// one is met by all.
bool may(std::string_view line, const auth::Principal* principal);

/// Returns what is left out of introspection where `denied`: the fields that would be refused, and
/// the members of inputs that would be. `model` and `denied` must outlive it.
graphql::Visibility visibility(const schema::Model& model, const plan::Denied& denied);

}  // namespace fraiseql::engine
