// SPDX-License-Identifier: MIT
// Parts of JSON text, found without reading the rest into a tree: for text that PostgreSQL wrote.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fraiseql::json {

/// Returns the length of the value that `text` begins with; all of `text` where it does not end.
std::size_t value_length(std::string_view text);

/// Looks for the keys `names`, written as JSON strings, in `object`, which is valid JSON.
/// `values[i]` becomes the text of the value under names[i]: of the last one where there are
/// several, empty where there is none, or where `object` is no object.
void find_members(std::string_view object, std::span<const std::string> names,
                  std::span<std::string_view> values);

/// Takes the next element off `rest`, what follows the `[` or an element of a valid array; empty at
/// the end.
std::string_view next_element(std::string_view& rest);

}  // namespace fraiseql::json
