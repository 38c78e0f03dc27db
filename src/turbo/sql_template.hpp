// SPDX-License-Identifier: MIT
// SqlTemplate: SQL that somebody wrote by hand for a registered operation.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::turbo {

/// A request that the template is tried with: JSON objects, or empty.
struct Sample {
    std::string variables = {};
    std::string claims = {};

    bool operator==(const Sample&) const = default;
};

/// A query with named parameters, `:author` or `%(author)s`. A parameter stands for the variable of
/// its name, unless one of the two maps says otherwise.
struct SqlTemplate {
    std::string sql;
    /// From a parameter to the path of a variable: `input.authorId`.
    std::map<std::string, std::string, std::less<>> variables = {};
    /// From a parameter to what is known of who asks: `tenant_id`.
    std::map<std::string, std::string, std::less<>> context = {};
    std::vector<Sample> samples = {};

    bool operator==(const SqlTemplate&) const = default;
};

/// Reads a file with a template. Comments before the statement may say more, a line each:
///     -- @param author = input.authorId
///     -- @context tenant = tenant_id
///     -- @sample {"input": {"authorId": 3}}
///     -- @claims {"tenant_id": 7}                     of the sample before
/// Fails (Configuration) at another word after `-- @`.
Result<SqlTemplate> read_template(std::string_view file);

/// SQL with `$1`-style parameters, and the names that they had; each name has one number.
struct NumberedSql {
    std::string sql;
    std::vector<std::string> names = {};
};

/// Numbers the parameters of `sql`, and leaves out the semicolon at its end. Names inside of
/// literals, quoted identifiers and comments are none, and `::` is a cast. Fails (Configuration)
/// where there is a `$1` already, or something is not closed.
Result<NumberedSql> number_parameters(std::string_view sql);

}  // namespace fraiseql::turbo
