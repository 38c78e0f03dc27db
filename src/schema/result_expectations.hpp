// SPDX-License-Identifier: MIT
// What JSON that a function returns has to be for the types of its fields to be true.
#pragma once

#include "lineage/lineage.hpp"
#include "schema/model.hpp"

namespace fraiseql::schema {

/// Adds to `result` what has to hold for a value of `shape` at `place`: its JSON types, those of
/// what is inside, and where rows of views may stand for their documents.
void expect_shape(ResultBinding& result, const Model& model, const lineage::Shape& shape,
                  const DocumentPath& place = {});

}  // namespace fraiseql::schema
