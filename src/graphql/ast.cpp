// SPDX-License-Identifier: MIT
#include "graphql/ast.hpp"

namespace fraiseql::graphql {

const Argument* find_argument(std::span<const Argument> arguments,
                              std::string_view wanted) noexcept {
    for (const Argument& argument : arguments)
        if (argument.name == wanted) return &argument;
    return nullptr;
}

const Argument* Directive::argument(std::string_view wanted) const noexcept {
    return find_argument(arguments, wanted);
}

const Argument* Field::argument(std::string_view wanted) const noexcept {
    return find_argument(arguments, wanted);
}

}  // namespace fraiseql::graphql
