// SPDX-License-Identifier: MIT
// What the `@authorize` lines of relations, columns and functions protect.
#pragma once

#include <string>

#include "catalog/annotation.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

/// Returns the guard of a field, named `subject` in errors, that shows a column: that of the
/// `@authorize` lines in the column's comment; nullptr where it has none. Lines that are not
/// understood become errors of the draft.
const Guard* column_guard(Draft& draft, const std::string& subject, catalog::Oid relation,
                          catalog::AttributeNumber column);

/// Returns the guard that the comment on a function asks for, or nullptr.
const Guard* function_guard(Draft& draft, const std::string& subject,
                            const catalog::Function& function,
                            const catalog::Annotations& annotations);

/// Returns the guard of a field that code answers, named `subject` in errors: `line` is what would
/// follow `@authorize`. Fails (Configuration) where it is not understood, or speaks of rows.
Result<const Guard*> line_guard(Draft& draft, const std::string& subject, const std::string& line);

/// Returns the guard that asks for what either does; nullptr guards nothing.
const Guard* both(Draft& draft, const std::string& subject, const Guard* one, const Guard* other);

/// Whether what `guard` denies is null; nullptr guards nothing.
bool masks(const Guard* guard) noexcept;

}  // namespace fraiseql::schema
