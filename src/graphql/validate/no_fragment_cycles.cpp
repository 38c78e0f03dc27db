// SPDX-License-Identifier: MIT
// No fragment contains itself, directly or through others.
#include <fmt/format.h>

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

/// A search of all fragments along their spreads, each edge once. As fragments may nest as deep as
/// there are definitions, the path is a stack of our own.
class CycleSearch {
  public:
    explicit CycleSearch(ValidationContext& context)
        : context_(context), position_(context.document.fragments.size(), kUnseen) {}

    void run() {
        for (std::size_t i = 0; i < position_.size(); ++i)
            if (position_[i] == kUnseen) search(i);
    }

  private:
    static constexpr std::ptrdiff_t kUnseen = -2;
    static constexpr std::ptrdiff_t kDone = -1;

    struct Open {
        std::size_t fragment;
        std::span<const FragmentSpread* const> left;
    };

    void open(std::size_t fragment) {
        position_[fragment] = static_cast<std::ptrdiff_t>(path_.size());
        path_.push_back({fragment, context_.spreads_of(context_.fragment_contents[fragment])});
    }

    void search(std::size_t start) {
        open(start);
        while (!path_.empty()) {
            if (path_.back().left.empty()) {
                position_[path_.back().fragment] = kDone;
                path_.pop_back();
                if (!taken_.empty()) taken_.pop_back();
                continue;
            }
            const FragmentSpread* spread = path_.back().left.front();
            path_.back().left = path_.back().left.subspan(1);
            if (spread->fragment == nullptr) continue;
            const std::size_t target = context_.document.index_of(*spread->fragment);
            if (position_[target] >= 0)
                report(*spread, static_cast<std::size_t>(position_[target]));
            if (position_[target] != kUnseen) continue;
            taken_.push_back(spread);
            open(target);
        }
    }

    void report(const FragmentSpread& closing, std::size_t from) {
        if (context_.is_full()) return;
        std::string via;
        std::vector<std::uint32_t> offsets;
        for (const FragmentSpread* spread : std::span(taken_).subspan(from)) {
            via += fmt::format("{}\"{}\"", via.empty() ? " via " : ", ", spread->name);
            offsets.push_back(spread->offset);
        }
        offsets.push_back(closing.offset);
        context_.error(
            fmt::format("Cannot spread fragment \"{}\" within itself{}.", closing.name, via),
            offsets);
    }

    ValidationContext& context_;
    /// Where a fragment stands on the path, or one of the two constants.
    std::vector<std::ptrdiff_t> position_;
    std::vector<Open> path_;
    /// The spreads that lead from each fragment of the path to the next.
    std::vector<const FragmentSpread*> taken_;
};

void check(ValidationContext& context) {
    if (!context.document.fragments.empty()) CycleSearch(context).run();
}

}  // namespace

const Rule kNoFragmentCycles = {.name = "NoFragmentCycles",
                                .section = "5.5.2.2 Fragment Spreads Must Not Form Cycles",
                                .finish = check};

}  // namespace fraiseql::graphql
