// SPDX-License-Identifier: MIT
#include "http/cookie.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"

namespace fraiseql::http {
namespace {

bool is_cookie_octet(char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

/// Calls `use` with each pair, as it stands, until that returns false.
template <class Use>
void for_each_pair(std::string_view header, const Use& use) {
    while (!header.empty()) {
        const std::size_t end = header.find(';');
        const std::string_view pair = header.substr(0, end);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos &&
            !use(trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1))))
            return;
        if (end == std::string_view::npos) return;
        header.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
    std::optional<std::string_view> found;
    for_each_pair(header, [&](std::string_view each, std::string_view value) {
        if (each == name) found = value;
        return !found;
    });
    if (!found) return std::nullopt;
    if (found->size() >= 2 && found->starts_with('"') && found->ends_with('"'))
        found = found->substr(1, found->size() - 2);
    if (!std::all_of(found->begin(), found->end(), is_cookie_octet)) return std::nullopt;
    return found;
}

std::optional<std::string_view> find_cookie(const Request& request, std::string_view name) {
    const auto header = request.header("Cookie");
    if (!header || request.count("Cookie") > 1) return std::nullopt;
    int count = 0;
    for_each_pair(*header, [&](std::string_view each, std::string_view) {
        count += each == name ? 1 : 0;
        return true;
    });
    return count == 1 ? find_cookie(*header, name) : std::nullopt;
}

Header set_cookie(std::string_view name, std::string_view value, std::string_view path,
                  std::chrono::seconds max_age, bool secure) {
    return {"Set-Cookie",
            fmt::format("{}={}; Path={}; Max-Age={}; {}HttpOnly; SameSite=Strict", name, value,
                        path, max_age.count(), secure ? "Secure; " : "")};
}

}  // namespace fraiseql::http
