// SPDX-License-Identifier: MIT
// A fragment applies to some type that can stand where it is spread.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

bool overlap(const NamedType& a, const NamedType& b) {
    if (&a == &b) return true;
    // Both are pairs of a word's number and its bits, in order.
    const auto x = a.possible_bits;
    const auto y = b.possible_bits;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < x.size() && j < y.size()) {
        const std::uint64_t word = x[i];
        const std::uint64_t other = y[j];
        if (word == other && (x[i + 1] & y[j + 1]) != 0) return true;
        if (word <= other) i += 2;
        if (other <= word) j += 2;
    }
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
