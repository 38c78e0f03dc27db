// SPDX-License-Identifier: MIT
// Every required argument is given.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

bool is_given(const ArgumentsVisit& visit, std::string_view name) {
    for (const Argument& argument : visit.nodes)
        if (argument.name == name) return true;
    return false;
}

void check(ValidationContext& context, const ArgumentsVisit& visit) {
    for (const InputValueDef& definition : visit.definitions) {
        if (!definition.is_required() || is_given(visit, definition.name)) continue;
        const std::string place = visit.field != nullptr
                                      ? fmt::format("Field \"{}\"", visit.field->node.name)
                                      : fmt::format("Directive \"@{}\"", visit.directive->name);
        context.error(fmt::format("{} argument \"{}\" of type \"{}\" is required, but it was not "
                                  "provided.",
                                  place, definition.name, to_string(*definition.type)),
                      {visit.offset});
    }
}

}  // namespace

const Rule kProvidedRequiredArguments = {
    .name = "ProvidedRequiredArguments", .section = "5.4.3 Required Arguments", .arguments = check};

}  // namespace fraiseql::graphql
