// SPDX-License-Identifier: MIT
// SQL for what code reads of a relation: the same rows, conditions and pages as for clients.
#pragma once

#include "compile/compile.hpp"

namespace fraiseql::compile {

/// What is wanted of the rows.
enum class RelationResult : std::uint8_t {
    /// One row, of type json: the list, at most a page of it.
    List,
    /// No row or one.
    One,
    /// One row, of type int8.
    Count,
    /// One row, of type json: the connection object.
    Connection
};

/// Returns a statement of one column. `arguments` is an object whose `where` and `orderBy` have the
/// form that Model::inputs say; List has `limit` and `offset`, Connection what
/// read_connection_arguments makes of `first`, `last`, `after` and `before`. Parameters refer to
/// arguments 0. Fails with BadUserInput.
Result<Statement> relation_statement(const schema::Model& model, const plan::Read& read,
                                     RelationResult result, const json::Value& arguments,
                                     const CompileOptions& options);

/// Returns what relation_statement makes of `arguments` besides values that become parameters.
std::string relation_structure(const schema::Model& model, const plan::Read& read,
                               RelationResult result, const json::Value& arguments,
                               const CompileOptions& options);

/// Fails with BadUserInput where `limit` or `offset` is out of bounds.
Result<void> check_relation_page(const json::Value& arguments, const CompileOptions& options);

}  // namespace fraiseql::compile
