// SPDX-License-Identifier: MIT
// View: one view's query, or why it must be read as it is. The layer's own; see views.hpp.
#pragma once

#include <optional>
#include <string>

#include "base/arena.hpp"
#include "catalog/catalog.hpp"
#include "rewrite/query.hpp"
#include "rewrite/views.hpp"

namespace fraiseql::rewrite {

struct View {
    const catalog::Relation* relation = nullptr;
    Arena arena = {};
    std::optional<Tokens> tokens = {};
    /// The sentence that says why `query` is missing.
    std::string refusal = {};
    std::optional<Query> query = {};

    /// Whether statements of that role may take the query for the view.
    bool allows(Rights rights) const noexcept {
        return query.has_value() && (rights == Rights::OfCurrentUser || relation->security_invoker);
    }
};

/// Fills in what belongs to `view.relation`.
void read_view(const catalog::Catalog& catalog, View& view);

}  // namespace fraiseql::rewrite
