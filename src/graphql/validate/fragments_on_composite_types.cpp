// SPDX-License-Identifier: MIT
// Fragments apply to objects, interfaces and unions.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, std::string_view fragment, const NamedType& type,
           std::uint32_t offset) {
    if (type.is_composite()) return;
    const std::string title =
        fragment.empty() ? std::string("Fragment") : fmt::format("Fragment \"{}\"", fragment);
    context.error(
        fmt::format("{} cannot condition on non composite type \"{}\".", title, type.name),
        {offset});
}

}  // namespace

const Rule kFragmentsOnCompositeTypes = {
    .name = "FragmentsOnCompositeTypes",
    .section = "5.5.1.3 Fragments on Object, Interface or Union Types",
    .type_condition = check};

}  // namespace fraiseql::graphql
