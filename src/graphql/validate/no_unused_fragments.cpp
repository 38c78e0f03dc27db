// SPDX-License-Identifier: MIT
// Every fragment is used by some operation.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void mark(ValidationContext& context, const OperationVisit& operation) {
    for (std::uint32_t index : operation.fragments)
        context.fragment_used[index] = true;
}

/// Spreads mean the first fragment of a name; another one of that name counts as used with it.
bool is_used(const ValidationContext& context, const FragmentDefinition& fragment) {
    const Document& document = context.document;
    if (context.fragment_used[document.index_of(fragment)]) return true;
    for (const FragmentDefinition& first : document.fragments)
        if (first.name == fragment.name) return context.fragment_used[document.index_of(first)];
    return false;
}

void check(ValidationContext& context) {
    for (const FragmentDefinition& fragment : context.document.fragments)
        if (!context.is_full() && !is_used(context, fragment))
            context.error(fmt::format("Fragment \"{}\" is never used.", fragment.name),
                          {fragment.offset});
}

}  // namespace

const Rule kNoUnusedFragments = {.name = "NoUnusedFragments",
                                 .section = "5.5.1.4 Fragments Must Be Used",
                                 .reachable = mark,
                                 .finish = check};

}  // namespace fraiseql::graphql
