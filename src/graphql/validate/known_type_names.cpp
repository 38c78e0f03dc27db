// SPDX-License-Identifier: MIT
// Every named type is one of the schema.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, std::string_view name, std::uint32_t offset) {
    if (context.schema.type(name) != nullptr) return;
    std::vector<std::string_view> names;
    for (const NamedType* type : context.schema.types())
        names.push_back(type->name);
    context.error(
        fmt::format("Unknown type \"{}\".{}", name, ValidationContext::suggest_names(name, names)),
        {offset});
}

}  // namespace

const Rule kKnownTypeNames = {.name = "KnownTypeNames",
                              .section = "5.5.1.2 Fragment Spread Type Existence",
                              .type_name = check};

}  // namespace fraiseql::graphql
