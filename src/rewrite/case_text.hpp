// SPDX-License-Identifier: MIT
// CASE expressions, cut at their results.
#pragma once

#include <optional>
#include <vector>

#include "rewrite/query.hpp"

namespace fraiseql::rewrite {

struct CaseBranch {
    /// `WHEN … THEN`, also with the value that is compared in front; or `ELSE`.
    Slice before;
    Expression result;
    /// The result is the constant NULL.
    bool is_null = false;
};

struct CaseText {
    std::vector<CaseBranch> branches;
};

/// Returns the results of a CASE with what leads to each; nothing where text and tree do not match.
std::optional<CaseText> read_case(const Expression& expression);

}  // namespace fraiseql::rewrite
