// SPDX-License-Identifier: MIT
#include "graphql/ast.hpp"

namespace fraiseql::graphql {
namespace {

const Argument* find(std::span<const Argument> arguments, std::string_view wanted) noexcept {
    for (const Argument& argument : arguments)
        if (argument.name == wanted) return &argument;
    return nullptr;
}

}  // namespace

const Argument* Directive::argument(std::string_view wanted) const noexcept {
    return find(arguments, wanted);
}

const Argument* Field::argument(std::string_view wanted) const noexcept {
    return find(arguments, wanted);
}

}  // namespace fraiseql::graphql
