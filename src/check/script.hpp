// SPDX-License-Identifier: MIT
// Script: a migration cut into its statements, without those that a check could not take back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::check {

struct ScriptStatement {
    /// From its first word to its end, without the semicolon.
    std::string text;
    /// Of its first word, from 1.
    std::uint32_t line = 1;
    /// Its first words outside of parentheses, in upper case: `ALTER TABLE`.
    std::string command;
};

/// Cuts a script as psql does. Fails (BadUserInput), with a line for each, at statements that begin
/// or end a transaction, cannot run in one, or do what no rollback undoes; at commands of psql; and
/// where a quote, a comment or a parenthesis is not closed.
///
/// What follows for whoever sends each text to PostgreSQL by itself, with the extended protocol: it
/// is one statement or an error, whatever this has understood of quotes, and its first word is the
/// one looked at here. So none of them can end the transaction.
Result<std::vector<ScriptStatement>> read_script(std::string_view sql);

}  // namespace fraiseql::check
