// SPDX-License-Identifier: MIT
// Lines of `path type` in comments: the shape of a document that no rule tells.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "catalog/annotation.hpp"
#include "catalog/catalog.hpp"
#include "lineage/shape.hpp"

namespace fraiseql::schema {

/// Returns the object that the `@field` lines of a comment describe, or nullptr where it has none.
/// A line is `@field stats.score numeric` or `@field posts[].title text`: keys of the document,
/// `[]` after a list, and a PostgreSQL type. Everything is nullable, since nothing proves the
/// contrary of a stored document. Errors (Configuration) name the line.
Result<lineage::ShapePointer> shape_from_annotations(const catalog::Catalog& catalog,
                                                     const catalog::Annotations& annotations,
                                                     std::string_view subject);

/// Returns what the lines of annotation `name` (`input`, `result`) describe, or nullptr where there
/// are none. Besides the form of `@field`: `!` after a key or type says that it is never null; a
/// path that begins with `[]` makes the whole a list; a type may be a composite type, or a relation
/// whose document it is; a line of one word names the type of the whole: `@input app.new_user`.
Result<lineage::ShapePointer> shape_of_lines(const catalog::Catalog& catalog,
                                             const catalog::Annotations& annotations,
                                             std::string_view name, std::string_view subject);

/// Returns the shape of values of `type`: composites as objects, arrays as lists.
lineage::ShapePointer shape_of_type(const catalog::Catalog& catalog, catalog::Oid type,
                                    int depth = 0);

/// Returns the type that an annotation names, under any of its names, or 0.
catalog::Oid find_type(const catalog::Catalog& catalog, std::string_view name);

}  // namespace fraiseql::schema
