// SPDX-License-Identifier: MIT
// No two operations have the same name.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context) {
    const Document& document = context.document;
    for_each_duplicate(document.operations, [&](std::string_view name, const auto& same) {
        for (std::size_t i = 1; i < same.size() && !name.empty(); ++i)
            context.error(fmt::format("There can be only one operation named \"{}\".", name),
                          {document.offset_of(same[0]->name), document.offset_of(same[i]->name)});
    });
}

}  // namespace

const Rule kUniqueOperationNames = {.name = "UniqueOperationNames",
                                    .section = "5.2.2.1 Operation Name Uniqueness",
                                    .document = check};

}  // namespace fraiseql::graphql
