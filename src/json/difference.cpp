// SPDX-License-Identifier: MIT
#include "json/difference.hpp"

#include <algorithm>

#include "json/writer.hpp"

namespace fraiseql::json {
namespace {

constexpr std::size_t kMaxShown = 200;

std::string shown(const Value& value) {
    std::string out;
    write(out, value);
    if (out.size() > kMaxShown) {
        std::size_t end = kMaxShown;
        // Not inside of a character.
        while ((static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80U)
            --end;
        out.resize(end);
        out += "…";
    }
    return out;
}

std::string shown(const Member& member) { return '"' + std::string(member.name) + '"'; }

/// The first element that only one of two lists has.
template <class List>
Difference ended(std::string path, const List& left, const List& right) {
    const std::size_t at = std::min(left.size(), right.size());
    return {std::move(path), at < left.size() ? shown(left[at]) : "nothing",
            at < right.size() ? shown(right[at]) : "nothing"};
}

std::optional<Difference> differ(const Value& left, const Value& right, const std::string& path) {
    if (left.kind != right.kind || left.text != right.text)
        return Difference{path, shown(left), shown(right)};
    for (std::size_t i = 0; i < std::min(left.items.size(), right.items.size()); ++i)
        if (auto found =
                differ(left.items[i], right.items[i], path + '[' + std::to_string(i) + ']'))
            return found;
    if (left.items.size() != right.items.size()) return ended(path, left.items, right.items);
    for (std::size_t i = 0; i < std::min(left.members.size(), right.members.size()); ++i) {
        const Member& a = left.members[i];
        const Member& b = right.members[i];
        if (a.name != b.name) return Difference{path, shown(a), shown(b)};
        const std::string inner = (path.empty() ? "" : path + '.') + std::string(a.name);
        if (auto found = differ(a.value, b.value, inner)) return found;
    }
    if (left.members.size() != right.members.size())
        return ended(path, left.members, right.members);
    return std::nullopt;
}

}  // namespace

std::optional<Difference> first_difference(const Value& left, const Value& right) {
    return differ(left, right, "");
}

}  // namespace fraiseql::json
