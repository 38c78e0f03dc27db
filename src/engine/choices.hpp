// SPDX-License-Identifier: MIT
// Choices: what a random test case is made from, kept so that a failing case can be made smaller.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace fraiseql::engine {

/// A row of random numbers that remembers them. Replayed, a row that has ended goes on with zeros;
/// generators take the simplest way at 0, so that a shorter row with smaller numbers is a simpler
/// case.
class Choices {
  public:
    explicit Choices(std::uint64_t seed) : random_(seed) {}
    explicit Choices(std::vector<std::uint32_t> replayed)
        : values_(std::move(replayed)), replays_(true) {}

    /// Returns a number below `bound`.
    std::uint32_t below(std::size_t bound) {
        if (!replays_) values_.push_back(static_cast<std::uint32_t>(random_() % bound));
        const std::uint32_t value = at_ < values_.size() ? values_[at_] : 0;
        ++at_;
        return static_cast<std::uint32_t>(value % bound);
    }
    bool chance(std::uint32_t percent) { return below(100) + percent >= 100; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }

    const std::vector<std::uint32_t>& values() const noexcept { return values_; }

  private:
    std::vector<std::uint32_t> values_ = {};
    std::size_t at_ = 0;
    bool replays_ = false;
    std::mt19937_64 random_ = {};
};

using Row = std::vector<std::uint32_t>;

/// Returns the smallest row it can find for which `fails` still holds, asking at most `tries`
/// times.
inline Row shrink(Row row, const std::function<bool(const Row&)>& fails, int tries) {
    auto take = [&](const Row& smaller) {
        if (tries <= 0 || smaller == row) return false;
        --tries;
        if (!fails(smaller)) return false;
        row = smaller;
        return true;
    };
    for (bool better = true; better && tries > 0;) {
        better = false;
        for (std::size_t size = std::max<std::size_t>(row.size() / 2, 1); size > 0; size /= 2)
            for (std::size_t at = 0; at < row.size() && tries > 0;) {
                Row smaller = row;
                const auto begin = smaller.begin() + static_cast<std::ptrdiff_t>(at);
                smaller.erase(begin,
                              begin + static_cast<std::ptrdiff_t>(std::min(size, row.size() - at)));
                if (take(smaller))
                    better = true;
                else
                    at += size;
            }
        for (std::size_t at = 0; at < row.size(); ++at) {
            Row smaller = row;
            smaller[at] = 0;
            better = (row[at] != 0 && take(smaller)) || better;
        }
    }
    return row;
}

}  // namespace fraiseql::engine
