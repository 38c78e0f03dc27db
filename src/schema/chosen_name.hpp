// SPDX-License-Identifier: MIT
// The GraphQL name that a comment chooses: `@name Member`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalog/annotation.hpp"

namespace fraiseql::schema {

/// Returns the name that the comment of `subject` chooses, or nothing where it chooses none.
/// Configuration where it is no name of GraphQL (§2.1.9), is kept for introspection, or is not the
/// only one.
Result<std::optional<std::string>> chosen_name(const catalog::Annotations& annotations,
                                               std::string_view subject);

}  // namespace fraiseql::schema
