// SPDX-License-Identifier: MIT
#include "schema/row_order.hpp"

#include <algorithm>

namespace fraiseql::schema {
namespace {

using catalog::AttributeNumber;
using catalog::Index;
using catalog::Relation;

/// Whether no two rows have the same values in its columns.
bool tells_rows_apart(const Relation& relation, const Index& index) {
    if (!index.unique || !index.valid || index.has_expressions || !index.predicate.empty())
        return false;
    return std::all_of(index.columns.begin(), index.columns.end(), [&](AttributeNumber number) {
        const catalog::Column* column = relation.column(number);
        return column != nullptr && column->not_null;
    });
}

/// The narrowest such index, the primary key before others; nullptr: there is none, as for views.
const Index* identity_of(const Relation& relation) {
    const Index* best = nullptr;
    const auto rank = [](const Index& index) {
        return std::pair(index.columns.size(), !index.primary);
    };
    for (const Index& index : relation.indexes)
        if (tells_rows_apart(relation, index) && (best == nullptr || rank(index) < rank(*best)))
            best = &index;
    return best;
}

bool is_unique_alone(const Relation& relation, AttributeNumber key) {
    return std::any_of(relation.indexes.begin(), relation.indexes.end(), [&](const Index& index) {
        return index.columns == std::vector{key} && tells_rows_apart(relation, index);
    });
}

}  // namespace

std::vector<const catalog::Column*> distinguishing_columns(const Entity& entity) {
    const Relation& relation = *entity.relation;
    std::vector<const catalog::Column*> out;
    if (entity.key) {
        out.push_back(relation.column(*entity.key));
        if (is_unique_alone(relation, *entity.key)) return out;
    }
    if (const Index* identity = identity_of(relation))
        for (const AttributeNumber number : identity->columns)
            if (const catalog::Column* column = relation.column(number);
                number != entity.key && column->can_select)
                out.push_back(column);
    return out;
}

}  // namespace fraiseql::schema
