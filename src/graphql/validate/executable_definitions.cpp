// SPDX-License-Identifier: MIT
// A document to execute has operations and fragments only.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context) {
    const Document& document = context.document;
    const auto refuse = [&](std::string_view what, std::uint32_t offset) {
        context.error(fmt::format("The {} definition is not executable.", what), {offset});
    };
    for (const TypeDefinition& type : document.types)
        refuse(fmt::format("\"{}\"", type.name), type.offset);
    for (const DirectiveDefinition& directive : document.directives)
        refuse(fmt::format("\"{}\"", directive.name), directive.offset);
    for (const SchemaDefinition& schema : document.schemas)
        refuse("schema", schema.offset);
}

}  // namespace

const Rule kExecutableDefinitions = {
    .name = "ExecutableDefinitions", .section = "5.1.1 Executable Definitions", .document = check};

}  // namespace fraiseql::graphql
