// SPDX-License-Identifier: MIT
#include "fraiseql/http.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace fraiseql {
std::optional<std::string_view> http_request::header(std::string_view name) const {
    const auto called = [&](const http_header& each) {
        return equal_ignoring_case(each.name, name);
    };
    const auto found = std::find_if(headers.begin(), headers.end(), called);
    if (found == headers.end()) return std::nullopt;
    // Which of several is meant, nobody knows.
    if (std::any_of(found + 1, headers.end(), called)) return std::nullopt;
    return found->value;
}

}  // namespace fraiseql
