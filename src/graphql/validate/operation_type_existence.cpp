// SPDX-License-Identifier: MIT
// The schema has a root type for every operation of the document.
#include <fmt/format.h>

#include "graphql/printer.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const OperationDefinition& operation) {
    if (context.schema.root(operation.type) != nullptr) return;
    context.error(
        fmt::format("The {} operation is not supported by the schema.", print(operation.type)),
        {operation.offset});
}

}  // namespace

const Rule kOperationTypeExistence = {.name = "OperationTypeExistence",
                                      .section = "5.2.1 Operation Type Existence",
                                      .operation = check};

}  // namespace fraiseql::graphql
