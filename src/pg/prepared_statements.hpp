// SPDX-License-Identifier: MIT
// PreparedStatements: which statements one connection has prepared, at most so many, oldest out.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pg/statement.hpp"

namespace fraiseql::pg {

/// Follows what the server knows; sends nothing itself. Statements whose plan is gone go before all
/// others, so that a flood of new operations does not pile up in PostgreSQL.
class PreparedStatements {
  public:
    explicit PreparedStatements(std::size_t max) : max_(max == 0 ? 1 : max) {}

    /// What must be sent before a statement can be bound.
    struct Use {
        bool parse = false;
        /// Others that make room, or that nobody can ask for any more.
        std::vector<std::string> evicted = {};
    };

    /// Marks `statement` as used now. A different SQL text under the same name counts as new.
    Use use(const std::shared_ptr<const Statement>& statement);

    /// The server does not have `name`, or has a version that is of no use.
    void forget(std::string_view name);

    std::size_t size() const noexcept { return order_.size(); }

  private:
    struct Entry {
        std::string name;
        std::string sql;
        /// What made it; gone with the plan that it belongs to.
        std::weak_ptr<const Statement> statement;
    };
    using Order = std::list<Entry>;

    std::vector<std::string> make_room();

    std::size_t max_;
    /// The one used last comes first.
    Order order_;
    // Keys are views of the names in order_.
    std::unordered_map<std::string_view, Order::iterator> by_name_;
};

}  // namespace fraiseql::pg
