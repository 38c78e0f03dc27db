// SPDX-License-Identifier: MIT
// No field of an input object is given twice.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

void check(ValidationContext& context, const Value& object) {
    for_each_duplicate(object.fields, [&](std::string_view name, const auto& same) {
        for (std::size_t i = 1; i < same.size(); ++i)
            context.error(fmt::format("There can be only one input field named \"{}\".", name),
                          {same[0]->offset, same[i]->offset});
    });
}

}  // namespace

const Rule kUniqueInputFieldNames = {.name = "UniqueInputFieldNames",
                                     .section = "5.6.3 Input Object Field Uniqueness",
                                     .object_value = check};

}  // namespace fraiseql::graphql
