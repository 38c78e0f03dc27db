// SPDX-License-Identifier: MIT
// `fraiseql schema`: the GraphQL schema of a database as SDL.
#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "graphql/printer.hpp"

namespace fraiseql::cli {

int print_schema(const Options& options) {
    auto model = load_model(options);
    if (!model) return complain(model.error());
    fmt::print("{}", graphql::print_schema(*(*model)->schema));
    return 0;
}

}  // namespace fraiseql::cli
