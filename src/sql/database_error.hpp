// SPDX-License-Identifier: MIT
// DatabaseError: what PostgreSQL said when a statement failed, field by field.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace fraiseql::sql {

/// The fields of an ErrorResponse message (PostgreSQL documentation, "Error and Notice Message
/// Fields"); those that were not sent are empty. A lost connection has SQLSTATE 08006.
struct DatabaseError {
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    std::string schema;
    std::string table;
    std::string column;
    std::string data_type;
    std::string constraint;
    std::string where;
    /// Where in the statement's text the error is, counted from 1.
    std::string position;
    /// Which statement of the batch failed, from 0.
    std::size_t statement = 0;
};

/// Returns an error that no server has sent, of one of PostgreSQL's codes.
inline DatabaseError database_error(std::string sqlstate, std::string message) {
    DatabaseError error;
    error.sqlstate = std::move(sqlstate);
    error.message = std::move(message);
    return error;
}

}  // namespace fraiseql::sql
