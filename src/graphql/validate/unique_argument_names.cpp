// SPDX-License-Identifier: MIT
// No argument is given twice.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, std::span<const Argument> arguments) {
    for_each_duplicate(arguments, [&](std::string_view name, const auto& same) {
        std::vector<std::uint32_t> offsets;
        for (const Argument* argument : same)
            offsets.push_back(argument->offset);
        context.error(fmt::format("There can be only one argument named \"{}\".", name), offsets);
    });
}

}  // namespace

const Rule kUniqueArgumentNames = {
    .name = "UniqueArgumentNames", .section = "5.4.2 Argument Uniqueness", .argument_names = check};

}  // namespace fraiseql::graphql
