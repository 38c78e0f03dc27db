// SPDX-License-Identifier: MIT
// The commands of the program; each returns the exit code and has printed what there is to say.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "schema/model.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::cli {

int serve(Options options);
int demo(Options options);
int print_schema(const Options& options);
int explain(const Options& options);
int check_all(const Options& options);
int check_rls(const Options& options);
int check_isolation(const Options& options);
int check_migration(const Options& options);
int diff_schemas(const Options& options);
int install_module(const Options& options);
int install_projection(const Options& options);
int verify_projection(const Options& options);
int turbo_add(const Options& options);
int turbo_import(const Options& options);
int turbo_list(const Options& options);
int turbo_remove(const Options& options);
int turbo_show(const Options& options);

/// `fraiseql top`: operations by the time that they take of the database.
int top(const Options& options);

/// `fraiseql cache`: the answers in the database, and what they depend on.
int cache_stats(const Options& options);
int cache_show(const Options& options);
int cache_history(const Options& options);
int cache_cleanup(const Options& options);

/// Builds the model of a catalog's document (catalog::snapshot_sql).
Result<std::shared_ptr<const schema::Model>> model_of(const std::string& catalog,
                                                      const schema::ModelOptions& options);

/// Lets PostgreSQL read the conditions of `@authorize` lines. Fails (Configuration) at one that it
/// does not understand: it could not be enforced.
Result<void> check_rules(const std::string& database, const schema::Model& model);

/// Reads the catalog of the database, builds its model and checks its rules.
Result<std::shared_ptr<const schema::Model>> load_model(const Options& options);

/// Fails (Configuration) where something exposed reads past row-level security, unless `intended`
/// lists it by its name, with or without schema.
Result<void> refuse_leaks(const schema::Model& model, const std::vector<std::string>& intended);

/// Turns what libpq or the server said into an error with a hint for whoever started the program.
Error connection_error(const sql::DatabaseError& failure);

/// The same for a statement of a request, whose cause may be its arguments.
Error statement_error(const sql::DatabaseError& failure);

/// Prints "error: …" and its hint to the standard error; returns 1.
int complain(const Error& error);

}  // namespace fraiseql::cli
