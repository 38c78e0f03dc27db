// SPDX-License-Identifier: MIT
// "Did you mean": the names nearest to one that was not found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fraiseql {

/// Returns the `options` nearest to `input` by Damerau-Levenshtein distance, best first, at most
/// five; empty where none is near enough to be what was meant. Same rule as graphql-js's
/// suggestionList, so that messages read alike.
std::vector<std::string_view> suggestions(std::string_view input,
                                          const std::vector<std::string_view>& options);

/// Renders `Did you mean "a", "b", or "c"?`, or nothing where there is no suggestion.
std::string did_you_mean(std::string_view input, const std::vector<std::string_view>& options);

/// The same for suggestions that are already chosen.
std::string did_you_mean(const std::vector<std::string_view>& suggestions);

}  // namespace fraiseql
