// SPDX-License-Identifier: MIT
#include "cli/check_commands.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/database_options.hpp"

namespace fraiseql::cli {
namespace {

void add_isolation(CLI::App& check, Options& options, int& status) {
    CLI::App* command = check.add_subcommand(
        "isolation", "Whether one tenant can notice anything of another: asks as two of them");
    add_database(*command, options);
    command->add_option("--role", options.role, "the server's role: what it may see is looked at")
        ->type_name("NAME");
    command
        ->add_option("--tenant-column", options.tenant_column,
                     "the column of tables that says whose a row is")
        ->capture_default_str();
    command
        ->add_option("--plant", options.file,
                     "SQL that plants rows of the tenant that its settings name")
        ->type_name("FILE");
    command->add_option("--operations", options.operations, "folder of registered operations")
        ->type_name("DIR");
    command->add_option("--claims", options.claims, "further claims of both tenants' users")
        ->type_name("JSON");
    command->add_flag("--json", options.json, "print one JSON document");
    add_claims(*command, options.auth);
    command->callback([&options, &status] { status = check_isolation(options); });
}

void add_json(CLI::App& command, Options& options) {
    command.add_flag("--json", options.json, "print one JSON document");
}

void add_fail_on(CLI::App& command, Options& options, const char* purpose) {
    const std::map<std::string, check::Severity> severities = {
        {"error", check::Severity::Error},
        {"warning", check::Severity::Warning},
        {"note", check::Severity::Note}};
    command.add_option("--fail-on", options.fail_on, purpose)
        ->transform(one_of(severities))
        ->type_name("NAME")
        ->default_str("error");
}

/// What is about a migration's file needs one.
void add_migration(CLI::App& check, Options& options) {
    CLI::Option* file = check.add_option(
        "migration", options.file,
        "SQL file: run it in a transaction that is rolled back, and say what it changes");
    file->type_name("FILE");
    const auto add = [&](const char* name, std::string& value, const char* type,
                         const char* purpose) {
        check.add_option(name, value, purpose)->type_name(type)->needs(file);
    };
    add("--operations", options.operations, "DIR",
        "folder of registered operations; those of the database are looked at anyway");
    add("--role", options.role, "NAME", "the server's role: what it may see is looked at");
    add("--claims", options.claims, "JSON", "claims of the token that operations would come with");
    check
        .add_option("--lock-timeout", options.lock_timeout,
                    "milliseconds that the migration may wait for a lock")
        ->check(CLI::Range(1, 3'600'000))
        ->capture_default_str()
        ->needs(file);
    check
        .add_option("--statement-timeout", options.statement_timeout,
                    "seconds that each of its statements may take")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str()
        ->needs(file);
    add_claims(check, options.auth);
}

}  // namespace

void add_check(CLI::App& app, Options& options, int& status) {
    CLI::App* check = app.add_subcommand("check", "Find what is wrong before others do");
    check->require_subcommand(0, 1);
    add_model(*check, options);
    check->get_option("--database")->required(false);
    add_json(*check, options);
    add_fail_on(*check, options,
                "least severity that makes the exit code 1: error, warning or note");
    add_migration(*check, options);
    check->callback([&options, &status, check] {
        if (!check->get_subcommands().empty()) return;
        if (options.database.empty()) throw CLI::RequiredError("--database");
        if (options.file.empty() && says_anything(options.auth))
            throw CLI::ValidationError("What claims mean matters to a migration only",
                                       "name its file, or leave these options out.");
        status = options.file.empty() ? check_all(options) : check_migration(options);
    });
    CLI::App* rls = check->add_subcommand("rls", "What clients can read past row-level security");
    add_model(*rls, options);
    add_json(*rls, options);
    rls->callback([&] { status = check_rls(options); });
    add_isolation(*check, options, status);
}

void add_diff(CLI::App& app, Options& options, int& status) {
    CLI::App* diff = app.add_subcommand("diff", "What differs between two GraphQL schemas");
    diff->add_option("old", options.file, "the earlier schema, as SDL")
        ->required()
        ->type_name("FILE");
    diff->add_option("new", options.other_file, "the later one")->required()->type_name("FILE");
    add_json(*diff, options);
    add_fail_on(*diff, options,
                "what makes the exit code 1: error (breaking changes), warning (dangerous ones, "
                "too) or note (any)");
    diff->callback([&] { status = diff_schemas(options); });
}

}  // namespace fraiseql::cli
