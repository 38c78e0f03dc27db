// SPDX-License-Identifier: MIT
// `@field path type`: the shape of a stored document, where no view's rule tells it.
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

}  // namespace fraiseql::schema
