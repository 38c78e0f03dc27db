// SPDX-License-Identifier: MIT
// MigrationRun: one transaction in which a migration takes effect, is looked at, and is undone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/migration.hpp"
#include "check/script.hpp"
#include "cli/options.hpp"
#include "pg/session.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// Begins a transaction, and rolls it back when it is gone.
class MigrationRun {
  public:
    static Result<std::unique_ptr<MigrationRun>> begin(const Options& options);
    MigrationRun(const MigrationRun&) = delete;
    MigrationRun& operator=(const MigrationRun&) = delete;
    ~MigrationRun();

    /// Returns what a server would make of the database as it is in the transaction now.
    Result<check::MigrationState> state();

    /// Runs the statements one by one, each as a message of its own; fails at the first that
    /// PostgreSQL refuses. Called once.
    Result<std::vector<check::MigrationEffect>> run(
        const std::vector<check::ScriptStatement>& statements);

    /// Undoes everything, and returns for how many milliseconds the migration has held its locks.
    Result<std::uint64_t> roll_back();

  private:
    /// A relation that was there before the migration, and what is known of it so far.
    struct Before {
        std::string name;
        std::string file;
        double rows = -1;
        std::uint64_t bytes = 0;
        int lock = 0;
        std::uint64_t scans = 0;
        std::uint64_t changed = 0;
    };

    MigrationRun(pg::Session session, const Options& options)
        : session_(std::move(session)), options_(options) {}
    Result<void> script(const std::string& sql);
    Result<void> bound();
    Result<void> remember();
    Result<void> run_one(const check::ScriptStatement& statement);
    Result<void> look(const check::ScriptStatement& statement,
                      std::vector<check::MigrationEffect>& effects);
    Result<void> add_rules(const schema::Model& model, std::vector<check::Finding>& findings);
    Result<check::MigrationState> state_as_server();

    pg::Session session_;
    const Options& options_;
    std::map<std::string, Before, std::less<>> relations_;
    std::optional<std::vector<turbo::Registered>> registered_;
    std::shared_ptr<const auth::Principal> principal_;
    std::chrono::steady_clock::time_point since_ = {};
};

}  // namespace fraiseql::cli
