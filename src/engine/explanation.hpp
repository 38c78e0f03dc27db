// SPDX-License-Identifier: MIT
// Explanation: the statements that explain a request, and the report that their answers make.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/prepared.hpp"
#include "explain/report.hpp"
#include "pg/rows.hpp"

namespace fraiseql::engine {

struct ExplainOptions {
    /// Execute the statements and measure them. What they write is rolled back.
    bool analyze = false;
    /// So also with mutations, whose functions may do what no rollback undoes.
    bool analyze_mutations = false;
};

/// Two steps, each a batch and what comes back of it: the plans, then facts on their tables.
class Explanation {
  public:
    /// `name` is the request's operationName. `settings` must outlive it.
    Explanation(PreparedRequest request, std::optional<std::string_view> name,
                const Settings& settings, ExplainOptions options);

    /// Returns the calls that show the plans under the settings and the role of the request's
    /// principal: one transaction, which writes nothing and ends with ROLLBACK.
    pg::Batch plans_batch() const;
    Result<void> read_plans(const std::vector<pg::Rows>& rows);

    /// Returns the call that looks up the tables of those plans, as the role that connects.
    pg::Batch tables_batch() const;
    Result<void> read_tables(const std::vector<pg::Rows>& rows);

    const explain::Report& report() const noexcept { return report_; }

  private:
    void add_statements();
    void add_notes(explain::StatementReport& statement, bool read_only) const;
    bool analyzes(bool read_only) const noexcept;

    PreparedRequest request_;
    const Settings& settings_;
    ExplainOptions options_;
    explain::Report report_ = {};
    /// By statement of the report: the call that runs it.
    std::vector<pg::Call> calls_ = {};
    std::vector<explain::Refusal> refusals_ = {};
    bool read_only_ = true;
};

}  // namespace fraiseql::engine
