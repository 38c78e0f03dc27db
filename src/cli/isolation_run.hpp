// SPDX-License-Identifier: MIT
// IsolationRun: one transaction in which two tenants that nobody has ask for everything.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "check/canary.hpp"
#include "check/isolation_operations.hpp"
#include "cli/isolation_cache.hpp"
#include "engine/prepared.hpp"
#include "engine/settings.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// A tenant and its only user.
struct Canary {
    std::string tenant;
    std::shared_ptr<const auth::Principal> principal;
    /// The same for a server that connects as the role that `principal` is switched to.
    std::shared_ptr<const auth::Principal> at_server = {};
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

    /// What a server with a cache gives: a kept answer where there is one for the canary, else one
    /// that is built and then kept, where it may be. Nothing where no answer would be kept.
    Result<std::optional<std::string>> ask_kept(const Canary& canary, std::string_view text,
                                                const json::Value* variables, Place place);
    /// From begin_keeping() to end_keeping() answers are kept; before, there are none.
    Result<void> begin_keeping();
    Result<void> end_keeping();

    /// Has the operation with this text run a template, as servers do.
    void use_template(const std::string& text, const turbo::CheckedTemplate& checked);

    /// Returns a hash of all rows of the canary in `tables`, by table.
    Result<std::vector<std::string>> contents(const Canary& canary,
                                              const std::vector<check::CanaryTable>& tables);

    Result<void> run(const std::string& script);

  private:
    IsolationRun(pg::Session session, std::shared_ptr<const schema::Model> model);
    Result<void> set(const Canary& canary);
    tl::expected<engine::PreparedRequest, std::vector<Error>> prepare(const Canary& canary,
                                                                      std::string_view text,
                                                                      const json::Value* variables);
    std::string execute(const Canary& canary, engine::PreparedRequest& prepared,
                        const std::function<void()>& before_undo = {});
    Result<bool> has_rows(const check::CanaryTable& table, const std::string& tenant);
    std::string insert(const check::CanaryTable& table,
                       const std::vector<check::CanaryTable>& tables, const Canary& canary);

    pg::Session session_;
    std::shared_ptr<const schema::Model> model_;
    engine::Settings settings_;
    std::map<std::string, engine::CompiledUnits, std::less<>> templates_;
    std::optional<KeptAnswers> kept_;
};

}  // namespace fraiseql::cli
