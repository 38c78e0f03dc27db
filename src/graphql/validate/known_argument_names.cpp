// SPDX-License-Identifier: MIT
// Every argument is one of its field or directive.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

const InputValueDef* find(const ArgumentsVisit& visit, std::string_view name) {
    for (const InputValueDef& definition : visit.definitions)
        if (definition.name == name) return &definition;
    return nullptr;
}

void check(ValidationContext& context, const ArgumentsVisit& visit) {
    for (const Argument& argument : visit.nodes) {
        if (find(visit, argument.name) != nullptr) continue;
        const std::string place =
            visit.field != nullptr
                ? fmt::format("field \"{}.{}\"", visit.field->parent->name, visit.field->node.name)
                : fmt::format("directive \"@{}\"", visit.directive->name);
        context.error(fmt::format("Unknown argument \"{}\" on {}.{}", argument.name, place,
                                  ValidationContext::suggest(argument.name, visit.definitions)),
                      {argument.offset});
    }
}

}  // namespace

const Rule kKnownArgumentNames = {
    .name = "KnownArgumentNames", .section = "5.4.1 Argument Names", .arguments = check};

}  // namespace fraiseql::graphql
