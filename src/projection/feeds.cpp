// SPDX-License-Identifier: MIT
#include "projection/feeds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "projection/expansion.hpp"

namespace fraiseql::projection {
namespace {

/// The shortest way of each source to the key: a search that starts from the key.
class Search {
  public:
    explicit Search(const Expansion& expansion)
        : expansion_(expansion), next_(expansion.occurrences().size(), kUnknown) {
        for (bool found = true; found;) {
            found = false;
            const std::vector<int> before = next_;
            for (const Equality& each : expansion.equalities()) {
                auto& next = next_[static_cast<std::size_t>(each.from)];
                const bool is_end =
                    each.to == kKey || before[static_cast<std::size_t>(each.to)] != kUnknown;
                if (next != kUnknown || !is_end) continue;
                next = each.to;
                found = true;
            }
        }
    }

    bool reaches_key(std::size_t source) const { return next_[source] != kUnknown; }

    Source source(std::size_t i) const {
        const Occurrence& made = expansion_.occurrences()[i];
        Source out{.table = made.table, .alias = made.alias, .next = next_[i]};
        for (const Equality& each : expansion_.equalities()) {
            if (each.from != static_cast<int>(i) || each.to != out.next) continue;
            const auto* other =
                each.to == kKey
                    ? nullptr
                    : expansion_.occurrences()[static_cast<std::size_t>(each.to)].table->column(
                          each.to_column);
            const std::pair pair{made.table->column(each.from_column), other};
            if (std::find(out.on.begin(), out.on.end(), pair) == out.on.end())
                out.on.push_back(pair);
        }
        return out;
    }

  private:
    static constexpr int kUnknown = -2;
    const Expansion& expansion_;
    std::vector<int> next_;
};

}  // namespace

Result<Feeds> find_feeds(const catalog::Catalog& catalog, const catalog::Relation& view,
                         const catalog::Column& key) {
    Expansion expansion(catalog);
    expansion.expand(view, key.number);
    std::vector<std::string> reasons = expansion.refusals();
    const Search search(expansion);
    Feeds out{.view = &view, .key = &key, .sources = {}};
    for (std::size_t i = 0; i < expansion.occurrences().size(); ++i) {
        const Occurrence& made = expansion.occurrences()[i];
        if (search.reaches_key(i)) {
            out.sources.push_back(search.source(i));
        } else {
            reasons.push_back(fmt::format(
                "no equality of columns leads from {} to {}, so a change there may concern any row",
                made.alias == made.table->name
                    ? catalog.display_name(*made.table)
                    : fmt::format("{} ({})", catalog.display_name(*made.table), made.alias),
                key.name));
        }
    }
    if (reasons.empty() && out.sources.empty()) reasons.emplace_back("it reads no table");
    if (reasons.empty()) return out;
    return fail(ErrorCode::BadRequest,
                fmt::format("Triggers cannot keep a table in step with {}: {}.",
                            catalog.display_name(view), fmt::join(reasons, "; ")),
                "Change the view, or create the table without triggers: --without-triggers. Then "
                "something of yours has to call its refresh function.");
}

}  // namespace fraiseql::projection
