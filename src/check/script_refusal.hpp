// SPDX-License-Identifier: MIT
// Which statements of a migration cannot be tried in a transaction that is rolled back, and why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::check {

/// Returns why a statement that begins with these words (in upper case, outside of parentheses)
/// cannot be tried, and what to do; nothing where it can.
std::optional<std::string> refusal_of(const std::vector<std::string>& words);

/// Returns why a statement cannot be tried in which this word (in upper case) stands outside of
/// quotes; nothing where it may.
std::optional<std::string> effect_of_call(std::string_view word);

}  // namespace fraiseql::check
