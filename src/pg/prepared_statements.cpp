// SPDX-License-Identifier: MIT
#include "pg/prepared_statements.hpp"

namespace fraiseql::pg {

PreparedStatements::Use PreparedStatements::use(const std::shared_ptr<const Statement>& statement) {
    Use use;
    if (const auto found = by_name_.find(statement->name); found != by_name_.end()) {
        const Statement& known = **found->second;
        if (&known == statement.get() || known.sql == statement->sql) {
            order_.splice(order_.begin(), order_, found->second);
            return use;
        }
        forget(statement->name);
    }
    use.parse = true;
    if (order_.size() >= max_) {
        use.evicted = order_.back()->name;
        forget(use.evicted);
    }
    order_.push_front(statement);
    by_name_.emplace(order_.front()->name, order_.begin());
    return use;
}

void PreparedStatements::forget(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    const auto entry = found->second;
    by_name_.erase(found);
    order_.erase(entry);
}

}  // namespace fraiseql::pg
