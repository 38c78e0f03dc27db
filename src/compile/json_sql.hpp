// SPDX-License-Identifier: MIT
// SQL that makes PostgreSQL write the JSON of a selection, keys in the order of the request.
#pragma once

#include "compile/lists.hpp"
#include "compile/source.hpp"
#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Returns an expression of type json: the object that `branches` want of `source`, NULL where an
/// abstract value is of none of their types.
sql::Fragment object_sql(const std::vector<plan::Branch>& branches, const Source& source,
                         Lists& lists);

/// Returns an expression of type json for `value`, a jsonb that is to be of `type`: `branches` are
/// empty for leafs. NULL where an object or list is not there or is something else.
sql::Fragment document_sql(const sql::Fragment& value, const graphql::Type& type,
                           const std::vector<plan::Branch>& branches, Lists& lists);

}  // namespace fraiseql::compile
