// SPDX-License-Identifier: MIT
// A fragment applies to some type that can stand where it is spread.
#include <fmt/format.h>
#include <algorithm>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

bool overlap(const NamedType& a, const NamedType& b) {
    if (&a == &b) return true;
    const std::size_t words = std::min(a.possible_bits.size(), b.possible_bits.size());
    for (std::size_t i = 0; i < words; ++i)
        if ((a.possible_bits[i] & b.possible_bits[i]) != 0) return true;
    return false;
}

void check(ValidationContext& context, const FragmentVisit& use) {
    if (use.type == nullptr || use.parent == nullptr || overlap(*use.type, *use.parent)) return;
    const std::string title =
        use.name.empty() ? std::string("Fragment") : fmt::format("Fragment \"{}\"", use.name);
    context.error(fmt::format("{} cannot be spread here as objects of type \"{}\" can never be of "
                              "type \"{}\".",
                              title, use.parent->name, use.type->name),
                  {use.offset});
}

}  // namespace

const Rule kPossibleFragmentSpreads = {.name = "PossibleFragmentSpreads",
                                       .section = "5.5.2.3 Fragment Spread Is Possible",
                                       .fragment_use = check};

}  // namespace fraiseql::graphql
