// SPDX-License-Identifier: MIT
// Lineage: what each column, and each JSON key, of each relation is made of.
#pragma once

#include <unordered_map>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "lineage/shape.hpp"

namespace fraiseql::lineage {

/// The shapes of all relations of one catalog. Immutable; keeps no reference to the catalog.
class Lineage {
  public:
    /// Infers the shapes of all relations. Expressions that cannot be typed become Opaque; only a
    /// rule that is not node-tree text at all is an error (Configuration, naming the view).
    static Result<Lineage> of(const catalog::Catalog& catalog);

    /// Returns the shape of a relation of the catalog; an empty one for any other oid.
    const RelationShape& relation(Oid oid) const noexcept;

  private:
    std::unordered_map<Oid, RelationShape> relations_;
};

}  // namespace fraiseql::lineage
