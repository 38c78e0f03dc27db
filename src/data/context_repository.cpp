// SPDX-License-Identifier: MIT
// The repository of a request that a resolver works for.
#include "data/access.hpp"
#include "engine/context_state.hpp"
#include "fraiseql/context.hpp"

namespace fraiseql {
namespace {

using data::StatementCache;

/// The statements of the worker; any of their own type, since they are shared by requests.
StatementCache& statements_of(detail::context_state& state) {
    std::any& kept = (*state.worker)[typeid(StatementCache)];
    if (!kept.has_value()) kept = std::make_shared<StatementCache>();
    return **std::any_cast<std::shared_ptr<StatementCache>>(&kept);
}

}  // namespace

repository& context::repo() const {
    std::any& kept = state_.values[typeid(repository)];
    if (!kept.has_value())
        kept = data::make_repository({.pool = *state_.pool,
                                      .reserved = state_.reserved,
                                      .model = state_.model,
                                      .options = state_.options,
                                      .principal = state_.principal,
                                      .deadline = state_.deadline,
                                      .statement_limit = state_.statement_limit,
                                      .expose_errors = state_.expose_errors,
                                      .log = state_.log,
                                      .statements = statements_of(state_),
                                      .request = state_.alive});
    return *std::any_cast<repository>(&kept);
}

}  // namespace fraiseql
