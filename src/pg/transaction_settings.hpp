// SPDX-License-Identifier: MIT
// TransactionSettings: settings that travel with each transaction, where the session cannot have
// them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pg/statement.hpp"

namespace fraiseql::pg {

/// Makes the call that goes before those of a transaction; what it sets ends with the transaction.
class TransactionSettings {
  public:
    using Settings = std::vector<std::pair<std::string, std::string>>;

    /// `all`: what is set where nothing can be left to the session (behind a pooler), besides the
    /// statement timeout.
    explicit TransactionSettings(const Settings& all);

    /// Returns the call for a statement timeout alone.
    Call timeout(std::chrono::milliseconds limit) const;
    /// Returns the call for all settings; the transaction is read-only where `read_only` says so.
    Call all(std::chrono::milliseconds limit, bool read_only) const;

  private:
    std::shared_ptr<const Statement> timeout_;
    std::shared_ptr<const Statement> all_;
    Settings settings_;
};

}  // namespace fraiseql::pg
