// SPDX-License-Identifier: MIT
// difference: the first place where two JSON values are not the same.
#pragma once

#include <optional>
#include <string>

#include "json/value.hpp"

namespace fraiseql::json {

/// Where two values differ: `data.users[0].name`, and what stands there; "nothing" where one ends.
struct Difference {
    std::string path;
    std::string left;
    std::string right;
};

/// Returns the first difference, or nothing. The order of members and the text of numbers count,
/// white space does not.
std::optional<Difference> first_difference(const Value& left, const Value& right);

}  // namespace fraiseql::json
