// SPDX-License-Identifier: MIT
// Report: everything that explaining an operation has to say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/hints.hpp"
#include "explain/plan_node.hpp"

namespace fraiseql::explain {

struct ParameterValue {
    std::string type;
    /// As PostgreSQL reads it; nothing for NULL.
    std::optional<std::string> value;
    /// The argument that it comes from: `where.title.eq`.
    std::string argument;
};

struct StatementReport {
    /// Response keys of the root fields that it answers.
    std::vector<std::string> fields = {};
    std::string sql = {};
    std::vector<ParameterValue> parameters = {};
    std::optional<QueryPlan> plan = {};
    /// Why there is no plan, or no measured one.
    std::string note = {};
};

/// Where a field's value comes from, and why from nowhere better.
struct FieldSource {
    std::string path;
    std::string source;
    std::string reason;
};

struct Report {
    /// `query` or `mutation`.
    std::string operation = {};
    std::string name = {};
    std::vector<StatementReport> statements = {};
    std::vector<FieldSource> sources = {};
    std::vector<Hint> hints = {};
};

/// Returns one JSON document: {operation, statements: [{fields, sql, parameters, plan, note}],
/// sources, hints}.
std::string to_json(const Report& report);

/// Returns the same for a terminal; with `plan_only`, just the plans as trees, and the hints.
std::string to_text(const Report& report, bool plan_only = false);

}  // namespace fraiseql::explain
