// SPDX-License-Identifier: MIT
// compile: a pure function from a plan and the structure of its arguments to SQL.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "compile/statement.hpp"
#include "json/value.hpp"
#include "plan/plan.hpp"

namespace fraiseql::compile {

struct CompileOptions {
    /// Rows of a list that asks for no `limit`, and the most that one may ask for.
    std::uint32_t default_page_size = 100;
    std::uint32_t max_page_size = 1000;
    /// Read views by their own queries where that is allowed, instead of their documents.
    bool see_through = true;
    /// Rows come as columns, of which the server writes the JSON; otherwise PostgreSQL writes it.
    bool columns = true;
    /// The statement runs as a role that the session is switched to: what views read with the
    /// rights of their owner is left to them.
    bool switched_role = false;
};

/// Checks the arguments that have bounds (`limit`, `offset`, `first`, `last`), replaces cursors by
/// the lists of values that they stand for, gives the members of a function's inputs the names that
/// they have in SQL, and adds what the function wants of `context`, an object. Fails with
/// BadUserInput, or Forbidden where the context lacks a value; the path names the root.
Result<void> read_arguments(const schema::Model& model, const plan::Plan& plan,
                            std::span<json::Value> arguments, const json::Value& context,
                            const CompileOptions& options, Arena& arena);

/// Returns what compile_plan makes of `arguments`, which read_arguments has read, besides their
/// values: for one plan, equal keys give equal units.
std::string structure_key(const schema::Model& model, const plan::Plan& plan,
                          std::span<const json::Value> arguments, const CompileOptions& options);

/// Whether all fields of a query share one statement, or each has its own so that one that fails
/// can be told from the others.
enum class Grouping : std::uint8_t { Together, Apart };

/// Compiles `plan` to one unit for a query (Together), or one for each root field. `arguments[i]`
/// is the coerced object of arguments of root i; those of the plan's lists follow. read_arguments
/// has read them all; only their structure gets into the SQL, values become parameters. Fails with
/// BadUserInput where a condition is null.
Result<std::vector<Unit>> compile_plan(const schema::Model& model, const plan::Plan& plan,
                                       std::span<const json::Value> arguments,
                                       const CompileOptions& options,
                                       Grouping grouping = Grouping::Together);

/// Returns the text of a parameter for PostgreSQL, or nothing for NULL.
std::optional<std::string> bind(const Parameter& parameter, std::span<const json::Value> arguments);

}  // namespace fraiseql::compile
