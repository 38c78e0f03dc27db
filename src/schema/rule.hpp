// SPDX-License-Identifier: MIT
// Rules: who may see or call what, as the `@authorize` lines of comments say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/relation.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::schema {

/// A condition on rows of a relation: what a rule grants only where it is true.
struct RowCondition {
    /// `owner:`: the column that has the caller's `app.user_id`. 0: it is an expression.
    catalog::AttributeNumber owner = 0;
    sql::Fragment owner_type = {};
    /// `when:`: an expression of SQL over the columns that it names.
    sql::Fragment expression = {};
    std::vector<catalog::AttributeNumber> columns = {};
    /// It depends on nothing but the row and the settings of the transaction.
    bool self_contained = true;
};

/// One `@authorize` line: any of its alternatives is enough.
struct Rule {
    /// Position among the rules of the model.
    std::uint32_t id = 0;
    bool authenticated = false;
    std::vector<std::string> roles = {};
    std::vector<std::string> permissions = {};
    std::vector<RowCondition> rows = {};
    /// What is denied is null, or not among the rows, in place of an error.
    bool mask = false;

    /// Whether a request may go on where the rule denies: with rows left out, or nulls.
    bool narrows() const noexcept { return mask || !rows.empty(); }
};

/// What protects one thing: all of its rules must hold.
struct Guard {
    /// What errors call it: `User.email`, `Post`, `Mutation.deletePost`.
    std::string subject;
    std::vector<const Rule*> rules = {};
};

/// Says what the alternatives of a rule are: `role admin or permission user.read`.
std::string describe(const Rule& rule);

}  // namespace fraiseql::schema
