// SPDX-License-Identifier: MIT
// The text of an `@authorize` line: whose it is and what it asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "schema/rule.hpp"

namespace fraiseql::schema {

/// An `@authorize` line as it is written, before columns are looked up.
struct RuleLine {
    /// The field it protects, keys joined by dots; empty: all of the view or function.
    std::string field = {};
    Rule rule = {};
    /// The columns after `owner:`.
    std::vector<std::string> owners = {};
    /// The expression after `when:`, which ends the line.
    std::string condition = {};
};

/// Reads `[field] alternative… [mask] [when:expression]`, where an alternative is `role:name`,
/// `permission:name`, `authenticated` or `owner:column`. Fails (Configuration) at whatever else
/// there is, and where nothing is asked for: a rule that is not understood protects nothing.
Result<RuleLine> read_rule_line(std::string_view text);

/// Returns the words and quoted names in `condition`, or nothing where it is no single expression:
/// brackets or quotes that are not closed, `;`, `$`, a comment, a backslash.
std::optional<std::vector<std::string>> names_in_condition(std::string_view condition);

}  // namespace fraiseql::schema
