// SPDX-License-Identifier: MIT
#include "fraiseql/http.hpp"

#include <algorithm>

namespace fraiseql {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string_view> http_request::header(std::string_view name) const {
    const auto called = [&](const http_header& each) { return same_name(each.name, name); };
    const auto found = std::find_if(headers.begin(), headers.end(), called);
    if (found == headers.end()) return std::nullopt;
    // Which of several is meant, nobody knows.
    if (std::any_of(found + 1, headers.end(), called)) return std::nullopt;
    return found->value;
}

}  // namespace fraiseql
