// SPDX-License-Identifier: MIT
// The table of scalars: what they are called, what they mean and which input they take.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "json/value.hpp"

namespace fraiseql::graphql {

/// One scalar. `validate` returns why an input value is not one of this scalar, or nothing.
struct Scalar {
    std::string_view name;
    std::string_view description;
    /// Empty where there is no specification to point at (§3.5.1).
    std::string_view specified_by_url;
    std::optional<std::string> (*validate)(const json::Value& value);
};

/// Returns all scalars: the five that GraphQL has, then those of FraiseQL.
std::span<const Scalar> scalars() noexcept;

/// Returns the scalar called `name`, or nullptr.
const Scalar* find_scalar(std::string_view name) noexcept;

}  // namespace fraiseql::graphql
