// SPDX-License-Identifier: MIT
// GetOperation (spec §6.1): the operation of a document that a request means.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "graphql/ast.hpp"

namespace fraiseql::graphql {

/// Returns the operation called `name`, or the only one where there is no name. Fails with
/// OperationResolutionFailure. An empty name is a name that no operation has.
Result<const OperationDefinition*> select_operation(const Document& document,
                                                    std::optional<std::string_view> name);

}  // namespace fraiseql::graphql
