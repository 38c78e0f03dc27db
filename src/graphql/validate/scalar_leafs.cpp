// SPDX-License-Identifier: MIT
// A leaf has no selections, everything else has some.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const FieldVisit& field) {
    if (field.definition == nullptr) return;
    const Field& node = field.node;
    const Type& type = *field.definition->type;
    if (type.named->is_leaf()) {
        if (node.selections.empty()) return;
        context.error(fmt::format("Field \"{}\" must not have a selection since type \"{}\" has no "
                                  "subfields.",
                                  node.name, to_string(type)),
                      {node.selections.offset});
    } else if (node.selections.empty()) {
        context.error(
            fmt::format("Field \"{0}\" of type \"{1}\" must have a selection of subfields. "
                        "Did you mean \"{0} {{ ... }}\"?",
                        node.name, to_string(type)),
            {node.offset});
    }
}

}  // namespace

const Rule kScalarLeafs = {
    .name = "ScalarLeafs", .section = "5.3.3 Leaf Field Selections", .field = check};

}  // namespace fraiseql::graphql
