// SPDX-License-Identifier: MIT
// From a connection string to a model, with errors that say what to change.
#include <fmt/format.h>

#include <cstdio>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "cli/commands.hpp"
#include "compile/rule_sql.hpp"
#include "pg/session.hpp"

namespace fraiseql::cli {
namespace {

std::string hint_for(const sql::DatabaseError& failure) {
    const std::string& sqlstate = failure.sqlstate;
    if (sqlstate == "3D000") return "Create it with createdb, or name another one in the URL.";
    if (sqlstate.starts_with("28"))
        return "Check user and password of the URL, and pg_hba.conf on the server.";
    if (sqlstate.starts_with("57P"))
        return "The server is starting or stopping: try again shortly.";
    if (sqlstate.starts_with("53"))
        return "The server has no connection left: raise max_connections.";
    if (sqlstate == "42501") return "Grant the role what it needs.";
    return "Is PostgreSQL running there? A URL looks like "
           "postgres://user:password@host:5432/database, or postgres:///database for the local "
           "socket.";
}

}  // namespace

Error connection_error(const sql::DatabaseError& failure) {
    Error error{.code = ErrorCode::ServiceUnavailable,
                .message = "The database cannot be used: " + failure.message,
                .hint = hint_for(failure)};
    while (error.message.ends_with('\n'))
        error.message.pop_back();
    if (!failure.sqlstate.empty()) error.extensions.emplace_back("sqlstate", failure.sqlstate);
    return error;
}

Error statement_error(const sql::DatabaseError& failure) {
    Error error{.code = ErrorCode::BadUserInput,
                .message = "PostgreSQL refused the statement: " + failure.message};
    if (!failure.sqlstate.empty()) error.extensions.emplace_back("sqlstate", failure.sqlstate);
    return error;
}

Result<std::shared_ptr<const schema::Model>> model_of(const std::string& document,
                                                      const schema::ModelOptions& options) {
    FRAISEQL_TRY(catalog::Catalog catalog, catalog::read_snapshot(document));
    return schema::build_model(std::move(catalog), options);
}

Result<void> check_rules(const std::string& database, const schema::Model& model) {
    const std::vector<compile::RuleCheck> checks = compile::rule_checks(model);
    if (checks.empty()) return {};
    auto session = pg::Session::open(database);
    if (!session) return fail(connection_error(session.error()));
    for (const compile::RuleCheck& check : checks)
        if (const auto read = session->query(check.sql); !read)
            return fail(ErrorCode::Configuration,
                        fmt::format("PostgreSQL does not understand the rule on {}: {}",
                                    check.subject, read.error().message),
                        "Change the '@authorize' line with 'owner:' or 'when:' in the comment of "
                        "its view.");
    return {};
}

Result<std::shared_ptr<const schema::Model>> load_model(const Options& options) {
    const auto document = pg::query_once(options.database, std::string(catalog::snapshot_sql()));
    if (!document) return fail(connection_error(document.error()));
    FRAISEQL_TRY(auto model, model_of(*document, options.model));
    if (auto checked = check_rules(options.database, *model); !checked)
        return fail(checked.error());
    return model;
}

int complain(const Error& error) {
    fmt::print(stderr, "fraiseql: {}\n", to_string(error));
    return 1;
}

}  // namespace fraiseql::cli
