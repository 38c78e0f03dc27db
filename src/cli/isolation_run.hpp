// SPDX-License-Identifier: MIT
// IsolationRun: one transaction in which two tenants that nobody has ask for everything.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "check/canary.hpp"
#include "check/isolation_operations.hpp"
#include "engine/settings.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// A tenant and its only user.
struct Canary {
    std::string tenant;
    std::shared_ptr<const auth::Principal> principal;
};

/// Begins a transaction, and rolls it back when it is gone. What it plants is there for as long.
class IsolationRun {
  public:
    static Result<std::unique_ptr<IsolationRun>> begin(const std::string& database,
                                                       std::shared_ptr<const schema::Model> model);
    IsolationRun(const IsolationRun&) = delete;
    IsolationRun& operator=(const IsolationRun&) = delete;
    ~IsolationRun();

    /// Returns the tables that rows can be planted into.
    Result<std::vector<check::CanaryTable>> tables(std::string_view tenant_column);

    /// Runs `script` with the canary's settings, and then plants two rows into each table that has
    /// none of the canary's. Returns why a table has none still, by table.
    Result<std::vector<std::pair<std::string, std::string>>> plant(
        const Canary& canary, const std::vector<check::CanaryTable>& tables,
        const std::string& script);

    /// What the canary gets for a document: rows, or errors, as they come. What it changes is
    /// undone, after `before_undo`, which may be empty.
    std::string ask(const Canary& canary, std::string_view text, const json::Value* variables = {},
                    const std::function<void()>& before_undo = {});

    /// Returns a hash of all rows of the canary in `tables`, by table.
    Result<std::vector<std::string>> contents(const Canary& canary,
                                              const std::vector<check::CanaryTable>& tables);

    /// Returns the operations that are registered in the database and in `folder`.
    Result<std::vector<turbo::Registered>> registered(const std::string& folder);

    Result<void> run(const std::string& script);

  private:
    IsolationRun(pg::Session session, std::shared_ptr<const schema::Model> model);
    Result<void> set(const Canary& canary);
    Result<bool> has_rows(const check::CanaryTable& table, const std::string& tenant);
    std::string insert(const check::CanaryTable& table,
                       const std::vector<check::CanaryTable>& tables, const Canary& canary);

    pg::Session session_;
    std::shared_ptr<const schema::Model> model_;
    engine::Settings settings_;
};

}  // namespace fraiseql::cli
