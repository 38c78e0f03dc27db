// SPDX-License-Identifier: MIT
// A directive stands at most once in a place, unless it is repeatable.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, std::span<const Directive> directives, DirectiveLocation) {
    for_each_duplicate(directives, [&](std::string_view name, const auto& same) {
        const DirectiveDef* definition = context.schema.directive(name);
        if (definition == nullptr || definition->repeatable) return;
        for (std::size_t i = 1; i < same.size(); ++i)
            context.error(fmt::format("The directive \"@{}\" can only be used once at this "
                                      "location.",
                                      name),
                          {same[0]->offset, same[i]->offset});
    });
}

}  // namespace

const Rule kUniqueDirectivesPerLocation = {.name = "UniqueDirectivesPerLocation",
                                           .section = "5.7.3 Directives Are Unique per Location",
                                           .directives = check};

}  // namespace fraiseql::graphql
