// SPDX-License-Identifier: MIT
#include "graphql/operation.hpp"

#include <fmt/format.h>

#include "base/suggest.hpp"

namespace fraiseql::graphql {

Result<const OperationDefinition*> select_operation(const Document& document,
                                                    std::optional<std::string_view> name) {
    if (!name) {
        if (document.operations.size() == 1) return &document.operations.front();
        if (document.operations.empty())
            return fail(ErrorCode::OperationResolutionFailure, "Must provide an operation.");
        return fail(ErrorCode::OperationResolutionFailure,
                    "Must provide operation name if query contains multiple operations.");
    }
    std::vector<std::string_view> names;
    for (const OperationDefinition& operation : document.operations) {
        if (!operation.name.empty() && operation.name == *name) return &operation;
        if (!operation.name.empty()) names.push_back(operation.name);
    }
    return fail(ErrorCode::OperationResolutionFailure,
                fmt::format("Unknown operation named \"{}\".", *name), did_you_mean(*name, names));
}

}  // namespace fraiseql::graphql
