// SPDX-License-Identifier: MIT
// IsolationCheck: asks for everything as two tenants, and judges what they get.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "check/isolation.hpp"
#include "check/isolation_operations.hpp"
#include "check/known_values.hpp"
#include "cli/isolation_run.hpp"

namespace fraiseql::cli {

/// Plants rows of `one` and `two` in the transaction of `run`; what rows of the first change for
/// the second is a leak.
class IsolationCheck {
  public:
    IsolationCheck(IsolationRun& run, const schema::Model& model, Canary one, Canary two)
        : run_(run),
          model_(model),
          one_(std::move(one)),
          two_(std::move(two)),
          known_values_(model) {}

    /// `script` is run for each tenant before rows are made up for `tables`.
    Result<std::vector<check::IsolationFinding>> run(
        const std::vector<check::CanaryTable>& tables, const std::string& script,
        const std::vector<turbo::Registered>& registered);

  private:
    /// What is asked, with one choice of variables.
    struct Operation {
        check::Probe probe;
        json::Value variables = {};
        /// It uses what is known of the first tenant's rows.
        bool informed = false;
        bool writes = false;
        bool must_run = true;
        check::Answers answers = {};
    };

    Result<void> ask_without(const std::string& script);
    Result<void> ask_with(Operation& each);
    Result<std::string> ask_kept(const Operation& each);
    void learn();
    void add_registered(const turbo::Registered& entry);
    void add_choices(const check::Probe& probe, const graphql::OperationDefinition& operation,
                     bool must_run);
    bool reads_planted(const check::Probe& probe) const;

    IsolationRun& run_;
    const schema::Model& model_;
    Canary one_;
    Canary two_;
    check::KnownValues known_values_;
    std::vector<check::CanaryTable> tables_ = {};
    std::vector<Operation> operations_ = {};
    std::vector<check::IsolationFinding> findings_ = {};
    Arena arena_ = {};
};

}  // namespace fraiseql::cli
