// SPDX-License-Identifier: MIT
// No two fragments have the same name.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context) {
    const Document& document = context.document;
    for_each_duplicate(document.fragments, [&](std::string_view name, const auto& same) {
        for (std::size_t i = 1; i < same.size(); ++i)
            context.error(fmt::format("There can be only one fragment named \"{}\".", name),
                          {document.offset_of(same[0]->name), document.offset_of(same[i]->name)});
    });
}

}  // namespace

const Rule kUniqueFragmentNames = {.name = "UniqueFragmentNames",
                                   .section = "5.5.1.1 Fragment Name Uniqueness",
                                   .document = check};

}  // namespace fraiseql::graphql
