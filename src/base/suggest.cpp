// SPDX-License-Identifier: MIT
#include "base/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>

#include "base/ascii.hpp"

namespace fraiseql {
namespace {

/// The optimal string alignment distance, or nothing once it must exceed `threshold`.
std::optional<std::size_t> distance(const std::string& a, const std::string& b,
                                    std::size_t threshold) {
    if (a == b) return 0;
    const std::size_t spread = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (spread > threshold) return std::nullopt;
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        std::size_t smallest = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            smallest = std::min(smallest, row[j]);
        }
        if (smallest > threshold) return std::nullopt;
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()] <= threshold ? std::optional(last[b.size()]) : std::nullopt;
}

}  // namespace

std::vector<std::string_view> suggestions(std::string_view input,
                                          const std::vector<std::string_view>& options) {
    constexpr std::size_t kMost = 5;
    const std::size_t threshold = input.size() * 2 / 5 + 1;
    const std::string wanted = lower(input);
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (std::string_view option : options) {
        if (option == input) continue;
        std::string candidate = lower(option);
        // A difference of case only counts as one edit, as it does for a person.
        auto d = candidate == wanted ? std::optional<std::size_t>(1)
                                     : distance(wanted, candidate, threshold);
        if (d) near.emplace_back(*d, option);
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < near.size() && i < kMost; ++i)
        out.push_back(near[i].second);
    return out;
}

std::string did_you_mean(const std::vector<std::string_view>& chosen) {
    if (chosen.empty()) return {};
    std::string out = "Did you mean ";
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (i > 0) out += chosen.size() == 2 ? " or " : i + 1 == chosen.size() ? ", or " : ", ";
        out += '"';
        out += chosen[i];
        out += '"';
    }
    return out + '?';
}

std::string did_you_mean(std::string_view input, const std::vector<std::string_view>& options) {
    return did_you_mean(suggestions(input, options));
}

}  // namespace fraiseql
