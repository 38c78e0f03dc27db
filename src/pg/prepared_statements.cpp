// SPDX-License-Identifier: MIT
#include "pg/prepared_statements.hpp"

namespace fraiseql::pg {
namespace {

/// How many of those used longest ago are looked at whenever one is added: more than come.
constexpr std::size_t kLooked = 4;

bool is_same(const std::weak_ptr<const Statement>& known,
             const std::shared_ptr<const Statement>& statement) noexcept {
    return !known.owner_before(statement) && !statement.owner_before(known);
}

}  // namespace

PreparedStatements::Use PreparedStatements::use(const std::shared_ptr<const Statement>& statement) {
    Use use;
    if (const auto found = by_name_.find(statement->name); found != by_name_.end()) {
        Entry& known = *found->second;
        const bool same = is_same(known.statement, statement);
        if (same || known.sql == statement->sql) {
            if (!same) known.statement = statement;
            order_.splice(order_.begin(), order_, found->second);
            return use;
        }
        forget(statement->name);
    }
    use.parse = true;
    use.evicted = make_room();
    order_.push_front({statement->name, statement->sql, statement});
    by_name_.emplace(order_.front().name, order_.begin());
    return use;
}

std::vector<std::string> PreparedStatements::make_room() {
    std::vector<std::string> evicted;
    auto at = order_.end();
    for (std::size_t i = 0; i < kLooked && at != order_.begin(); ++i)
        if ((--at)->statement.expired()) evicted.push_back(at->name);
    if (evicted.empty() && order_.size() >= max_) evicted.push_back(order_.back().name);
    for (const std::string& name : evicted)
        forget(name);
    return evicted;
}

void PreparedStatements::forget(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    const auto entry = found->second;
    by_name_.erase(found);
    order_.erase(entry);
}

}  // namespace fraiseql::pg
