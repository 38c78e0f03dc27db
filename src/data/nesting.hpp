// SPDX-License-Identifier: MIT
// Nesting: which savepoints of a transaction are open, one in the other. Pure.
#pragma once

#include <algorithm>
#include <vector>

namespace fraiseql::data {

/// Savepoints end in the opposite order of their begin: PostgreSQL ends with one all that began
/// after it, whoever did that. So they are used from the innermost one and what that is in.
class Nesting {
  public:
    static constexpr int kOutermost = 0;

    /// Whether a statement of `one` may run: nothing is open but what is in `one`, or it is in.
    bool may_run(int one) {
        if (spoilt_ || !is_open(one)) return false;
        for (int each = open_.back().number; each != one; each = outer_of(each))
            if (each == kOutermost) return !(spoilt_ = true);
        return true;
    }
    /// Begins one in `outer`, and returns its number.
    int begin(int outer) {
        open_.push_back({++last_, outer});
        return last_;
    }
    /// Ends `one`; returns whether it was the last that began, and nothing is spoilt.
    bool end(int one) {
        spoilt_ = spoilt_ || open_.empty() || open_.back().number != one;
        std::erase_if(open_, [one](const Open& each) { return each.number == one; });
        return !spoilt_;
    }
    /// Nothing of the transaction is good any more.
    void spoil() noexcept { spoilt_ = true; }

  private:
    struct Open {
        int number = kOutermost;
        int outer = kOutermost;
    };

    bool is_open(int one) const {
        return std::any_of(open_.begin(), open_.end(),
                           [one](const Open& each) { return each.number == one; });
    }
    int outer_of(int one) const {
        for (const Open& each : open_)
            if (each.number == one) return each.outer;
        return kOutermost;
    }

    std::vector<Open> open_ = {{}};
    int last_ = kOutermost;
    bool spoilt_ = false;
};

}  // namespace fraiseql::data
