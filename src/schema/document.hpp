// SPDX-License-Identifier: MIT
// Document: what the JSON column of an entity holds, from whichever source tells it.
#pragma once

#include "lineage/shape.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

/// The shape of an entity's document: an Object with fields or a Union, or nullptr where the
/// columns are the fields.
struct Document {
    lineage::ShapePointer shape;
    /// The document lies in a table: what its description promises of NOT NULL need not hold.
    bool stored = false;
};

/// Returns the shape as far as anything tells it; see resolve_document.
Result<Document> find_document(const Draft& draft, const Entity& entity);

/// Finds the shape: from `@field` lines, the view's rule, or for a table the view of the same name.
/// Where there is none, it says why in a finding and takes the document from `entity`.
Document resolve_document(Draft& draft, Entity& entity);

}  // namespace fraiseql::schema
