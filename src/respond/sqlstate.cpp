// SPDX-License-Identifier: MIT
#include "respond/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace fraiseql::respond {
namespace {

constexpr std::array kRules = {
    SqlstateRule{"23505", ErrorCode::UniqueViolation, true},
    SqlstateRule{"23503", ErrorCode::ForeignKeyViolation, true},
    SqlstateRule{"23502", ErrorCode::NotNullViolation, true},
    SqlstateRule{"23514", ErrorCode::CheckViolation, true},
    SqlstateRule{"23P01", ErrorCode::ExclusionViolation, true},
    SqlstateRule{"P0001", ErrorCode::BusinessRuleViolation, true},
    // no_data_found and too_many_rows are also what functions raise for "not found" by hand.
    SqlstateRule{"P0002", ErrorCode::BusinessRuleViolation, true},
    SqlstateRule{"P0003", ErrorCode::BusinessRuleViolation, true},
    SqlstateRule{"40001", ErrorCode::Conflict, true},
    SqlstateRule{"40P01", ErrorCode::Conflict, true},
    SqlstateRule{"55P03", ErrorCode::Conflict, true},
    // From sql/idempotency.sql: a key that stands for another request.
    SqlstateRule{"FQ002", ErrorCode::Conflict, true},
    // From sql/events.sql: a stream that is not at the expected version any more.
    SqlstateRule{"FQ003", ErrorCode::Conflict, true},
    SqlstateRule{"57014", ErrorCode::Timeout, true},
    SqlstateRule{"42501", ErrorCode::Forbidden, true},
    SqlstateRule{"22012", ErrorCode::InternalServerError, false},
    // Shapes of data inside the database, not the client's input.
    SqlstateRule{"22023", ErrorCode::InternalServerError, false},
    SqlstateRule{"22", ErrorCode::BadUserInput, true},
    SqlstateRule{"54001", ErrorCode::QueryTooComplex, true},
    SqlstateRule{"54", ErrorCode::QueryTooComplex, true},
    SqlstateRule{"08", ErrorCode::ServiceUnavailable, false},
    SqlstateRule{"53", ErrorCode::ServiceUnavailable, false},
    SqlstateRule{"57P", ErrorCode::ServiceUnavailable, false},
};

/// The classes of appendix A; any other is free for functions to use.
constexpr std::array<std::string_view, 44> kClasses = {
    "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "20", "21", "22",
    "23", "24", "25", "26", "27", "28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F",
    "40", "42", "44", "53", "54", "55", "57", "58", "72", "F0", "HV", "P0", "XX", "",
};

std::string_view message_for(ErrorCode code) {
    if (code == ErrorCode::ServiceUnavailable)
        return "The database is not available at the moment.";
    return "Internal server error.";
}

/// The statement found that a function returned what its comment does not say: the words stand in
/// the message of a failed cast (compile/payload_sql).
std::string_view shape_error(const sql::DatabaseError& database_error) {
    constexpr std::string_view kMark = "\"fraiseql: ";
    const std::string_view message = database_error.message;
    const std::size_t at = message.find(kMark);
    if (database_error.sqlstate != "22P02" || at == std::string_view::npos) return {};
    const std::string_view words = message.substr(at + kMark.size());
    return words.substr(0, words.rfind('"'));
}

/// A value that is written in a language of its own (ltree, lquery, jsonpath) has a syntax error:
/// one of the statement itself has a position, one inside a function a context.
bool is_syntax_of_value(const sql::DatabaseError& error) {
    return error.sqlstate == "42601" && error.position.empty() && error.where.empty();
}

/// The statement itself, made from the catalog as it was, no longer fits the database. Errors
/// inside of a function have a context.
bool is_outdated(const sql::DatabaseError& database_error) {
    constexpr std::array<std::string_view, 7> kMissing = {"42883", "42P01", "42703", "42704",
                                                          "42725", "42809", "3F000"};
    return database_error.where.empty() &&
           std::find(kMissing.begin(), kMissing.end(), database_error.sqlstate) != kMissing.end();
}

void add(Error& error, std::string_view name, const std::string& value) {
    if (!value.empty()) error.extensions.emplace_back(name, value);
}

}  // namespace

SqlstateRule rule_for(std::string_view sqlstate) noexcept {
    const SqlstateRule* best = nullptr;
    for (const SqlstateRule& rule : kRules)
        if (sqlstate.starts_with(rule.sqlstate) &&
            (best == nullptr || rule.sqlstate.size() > best->sqlstate.size()))
            best = &rule;
    if (best != nullptr) return *best;
    const std::string_view group = sqlstate.substr(0, 2);
    if (std::find(kClasses.begin(), kClasses.end(), group) == kClasses.end())
        return {sqlstate, ErrorCode::BusinessRuleViolation, true};
    return {sqlstate, ErrorCode::InternalServerError, false};
}

Error to_error(const sql::DatabaseError& database_error, bool expose_internal,
               std::string_view reference) {
    if (const auto words = shape_error(database_error); !words.empty())
        return {.code = ErrorCode::InternalServerError,
                .message = "The function returned something else than its comment says: " +
                           std::string(words) + ". Nothing was changed.",
                .extensions = {{"reference", std::string(reference)}}};
    if (is_outdated(database_error) && !expose_internal)
        return {.code = ErrorCode::InternalServerError,
                .message =
                    "The database has changed since the server read its catalog: what the "
                    "field calls or reads is not there any more, or is another thing. "
                    "Nothing was changed.",
                .extensions = {{"reference", std::string(reference)}}};
    const SqlstateRule rule = is_syntax_of_value(database_error)
                                  ? SqlstateRule{"42601", ErrorCode::BadUserInput, true}
                                  : rule_for(database_error.sqlstate);
    Error error{.code = rule.code, .message = database_error.message};
    if (!rule.show_message && !expose_internal) {
        error.message = message_for(rule.code);
        error.extensions.emplace_back("reference", reference);
        return error;
    }
    error.hint = database_error.hint;
    add(error, "sqlstate", database_error.sqlstate);
    add(error, "constraint", database_error.constraint);
    add(error, "column", database_error.column);
    // The detail of a constraint shows other rows' values; that of RAISE is the function's own.
    if (expose_internal || rule.code == ErrorCode::BusinessRuleViolation)
        add(error, "detail", database_error.detail);
    if (!rule.show_message) error.extensions.emplace_back("reference", reference);
    return error;
}

}  // namespace fraiseql::respond
