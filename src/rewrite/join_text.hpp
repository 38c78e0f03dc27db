// SPDX-License-Identifier: MIT
// The parts of a join as PostgreSQL prints it: `(left JOIN right ON (…))`.
#pragma once

#include <optional>

#include "rewrite/tokens.hpp"

namespace fraiseql::rewrite {

struct JoinText {
    Slice left;
    /// `JOIN`, `LEFT JOIN`, `CROSS JOIN`, …
    Slice keyword;
    Slice right;
    /// `ON (…)`, `USING (…)` or nothing.
    Slice condition;
};

/// Cuts a join; nothing where the text is none, or gives it an alias.
std::optional<JoinText> read_join_text(const Tokens& tokens, Slice text);

}  // namespace fraiseql::rewrite
