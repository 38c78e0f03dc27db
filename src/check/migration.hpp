// SPDX-License-Identifier: MIT
// Migration: what a schema, its registered operations and its findings are before and after one,
// and what of the difference matters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/finding.hpp"
#include "graphql/changes.hpp"
#include "schema/model.hpp"

namespace fraiseql::check {

/// A statement that an operation compiles to.
struct OperationStatement {
    std::string sql;
    /// plan_shape(), and what the planner expects it to cost; nothing where there is no plan.
    std::string shape = {};
    std::optional<double> cost = {};
    /// Why there is no plan.
    std::string note = {};
};

/// A registered operation under one schema.
struct OperationState {
    std::string id;
    /// A file, the table.
    std::string origin;
    /// Why it cannot run; empty where it can.
    std::vector<std::string> errors = {};
    std::vector<OperationStatement> statements = {};
};

/// A database at one moment, as a server would see it.
struct MigrationState {
    /// nullptr: no schema can be made.
    std::shared_ptr<const schema::Model> model = {};
    std::vector<Finding> findings = {};
    /// In the same order before and after.
    std::vector<OperationState> operations = {};
};

/// What a statement of the migration did to a relation that was there before it.
struct MigrationEffect {
    std::uint32_t line = 0;
    /// `ALTER TABLE`.
    std::string command;
    std::string relation;
    /// `ACCESS EXCLUSIVE`; empty where it took no lock that others notice.
    std::string lock = {};
    /// It has another file now.
    bool rewritten = false;
    /// It was read from end to end.
    bool scanned = false;
    std::uint64_t changed_rows = 0;
    /// As of before: rows where that is known (else -1), and bytes.
    double rows = -1;
    std::uint64_t bytes = 0;

    Severity severity() const noexcept;
    /// Says what it means for others.
    std::string message() const;
};

/// An operation that breaks.
struct BrokenOperation {
    std::string id;
    std::string origin;
    std::vector<std::string> errors;
};

/// A statement of an operation that becomes another, or is planned otherwise.
struct PlanChange {
    std::string id;
    std::string origin;
    OperationStatement before;
    OperationStatement after;

    /// The planner expects it to cost half as much again, or more.
    bool dearer() const noexcept;
    Severity severity() const noexcept { return dearer() ? Severity::Warning : Severity::Note; }
};

struct MigrationReport {
    std::vector<graphql::Change> schema = {};
    std::vector<BrokenOperation> operations = {};
    std::vector<PlanChange> plans = {};
    std::vector<MigrationEffect> effects = {};
    /// Of `check`: those that were not there before.
    std::vector<Finding> findings = {};
    std::uint32_t statements = 0;
    /// From the first lock of the migration to the rollback.
    std::uint64_t held_milliseconds = 0;

    /// Whether there is anything of this severity or worse.
    bool has(Severity severity) const noexcept;
};

/// A breaking change is an error, a dangerous one a warning, a safe one a note.
Severity severity_of(graphql::Impact impact) noexcept;

/// Compares two states; `effects`, `statements` and the time are the caller's to add.
MigrationReport compare(const MigrationState& before, const MigrationState& after);

/// Renders the report as one JSON document, or for people.
std::string to_json(const MigrationReport& report);
std::string to_text(const MigrationReport& report);

/// Renders changes of a schema as one JSON document:
/// {"breaking":…,"dangerous":…,"safe":…,"changes":[…]}.
std::string to_json(const std::vector<graphql::Change>& changes);
/// Renders them for people: a line each, and another with their number.
std::string to_text(const std::vector<graphql::Change>& changes);

}  // namespace fraiseql::check
