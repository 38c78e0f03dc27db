// SPDX-License-Identifier: MIT
// template_parameters: which variable, or what of who asks, each parameter of a template stands
// for.
#pragma once

#include <vector>

#include "compile/statement.hpp"
#include "engine/prepared.hpp"
#include "turbo/sql_template.hpp"

namespace fraiseql::engine {

/// Returns the parameters `names` of `sql_template` in their order, for a request of `operation`
/// whose arguments `first` others come before. Fails (Configuration) where a parameter stands for
/// nothing, a path leads nowhere, a line names no parameter, or a variable is not used.
Result<std::vector<compile::Parameter>> template_parameters(
    const turbo::SqlTemplate& sql_template, const std::vector<std::string>& names,
    const graphql::Schema& schema, const graphql::OperationDefinition& operation,
    std::uint32_t first);

/// Returns variables to try `operation` with, as a JSON object: one of each that it requires.
/// Fails (Configuration) where nobody can guess a value.
Result<std::string> sample_variables(const graphql::Schema& schema,
                                     const graphql::OperationDefinition& operation);

}  // namespace fraiseql::engine
