// SPDX-License-Identifier: MIT
// The conditions of rules that are denied otherwise, on a row.
#pragma once

#include <string>
#include <vector>

#include "compile/source.hpp"
#include "schema/model.hpp"

namespace fraiseql::compile {

/// Returns the condition in brackets under which all of `rules` grant the row of `source`; `false`
/// where one of them has no conditions on rows. Empty where there are no rules.
sql::Fragment rules_sql(const std::vector<const schema::Rule*>& rules,
                        const catalog::Relation& relation, const Source& source);

/// Adds the condition of `rules` to `where`, conditions joined by AND or nothing.
void add_rules(const std::vector<const schema::Rule*>& rules, const catalog::Relation& relation,
               const Source& source, sql::Fragment& where);

/// A condition on rows as it is going to be asked, and whose it is.
struct RuleCheck {
    std::string subject;
    std::string sql;
};

/// Returns one statement for each guard with conditions on rows, which returns nothing: whether
/// PostgreSQL understands it says whether the conditions can be enforced.
std::vector<RuleCheck> rule_checks(const schema::Model& model);

}  // namespace fraiseql::compile
