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

/// A value of an answer, of the SQL type `type`; json and jsonb are shown as they are.
struct TypedValue {
    sql::Fragment sql;
    catalog::Oid type = catalog::kJson;
};

/// Returns the value of `output`, a scalar, an enum or a list of them, of which masks know nothing.
TypedValue leaf_value(const plan::Output& output, const Source& source);

/// Returns an expression of type json, or of one that becomes JSON as `to_json` makes it, for what
/// `output`, a member of `branch`, has in `source`; with its masks.
sql::Fragment member_sql(const plan::Output& output, const plan::Branch& branch,
                         const Source& source, Lists& lists);

/// Returns an expression of type json for `value`, a jsonb that is to be of `type`: `branches` are
/// empty for leafs. NULL where an object or list is not there or is something else.
sql::Fragment document_sql(const sql::Fragment& value, const graphql::Type& type,
                           const std::vector<plan::Branch>& branches, Lists& lists);

}  // namespace fraiseql::compile
