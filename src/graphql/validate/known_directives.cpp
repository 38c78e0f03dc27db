// SPDX-License-Identifier: MIT
// Every directive exists and may stand where it does.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

std::string suggestion(const Schema& schema, std::string_view name) {
    std::vector<std::string> known;
    for (const DirectiveDef& directive : schema.directives())
        known.push_back(fmt::format("@{}", directive.name));
    return ValidationContext::suggest_names(fmt::format("@{}", name), {known.begin(), known.end()});
}

void check(ValidationContext& context, std::span<const Directive> directives,
           DirectiveLocation location) {
    for (const Directive& directive : directives) {
        const DirectiveDef* definition = context.schema.directive(directive.name);
        if (definition == nullptr)
            context.error(fmt::format("Unknown directive \"@{}\".{}", directive.name,
                                      suggestion(context.schema, directive.name)),
                          {directive.offset});
        else if (!definition->allows(location))
            context.error(fmt::format("Directive \"@{}\" may not be used on {}.", directive.name,
                                      to_string(location)),
                          {directive.offset});
    }
}

}  // namespace

const Rule kKnownDirectives = {
    .name = "KnownDirectives",
    .section = "5.7.1 and 5.7.2 Directives Are Defined and in Valid Locations",
    .directives = check};

}  // namespace fraiseql::graphql
