// SPDX-License-Identifier: MIT
// Every spread names a fragment of the document.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const FragmentSpread& spread) {
    if (spread.fragment != nullptr) return;
    context.error(fmt::format("Unknown fragment \"{}\".", spread.name),
                  {context.document.offset_of(spread.name)});
}

}  // namespace

const Rule kKnownFragmentNames = {.name = "KnownFragmentNames",
                                  .section = "5.5.2.1 Fragment Spread Target Defined",
                                  .spread = check};

}  // namespace fraiseql::graphql
