// SPDX-License-Identifier: MIT
// An operation without name is the only one.
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const OperationDefinition& operation) {
    if (operation.name.empty() && context.document.operations.size() > 1)
        context.error("This anonymous operation must be the only defined operation.",
                      {operation.offset});
}

}  // namespace

const Rule kLoneAnonymousOperation = {.name = "LoneAnonymousOperation",
                                      .section = "5.2.3.1 Lone Anonymous Operation",
                                      .operation = check};

}  // namespace fraiseql::graphql
