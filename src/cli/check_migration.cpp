// SPDX-License-Identifier: MIT
// `fraiseql check FILE`: what a migration would change for clients and for the database, and
// `fraiseql diff`: what differs between two schemas.
#include <fmt/format.h>

#include <cstdio>

#include "check/migration.hpp"
#include "check/script.hpp"
#include "cli/commands.hpp"
#include "cli/migration_run.hpp"
#include "config/sources.hpp"

namespace fraiseql::cli {
namespace {

/// What was not checked is neither good nor bad.
constexpr int kNotChecked = 2;

Result<check::MigrationReport> try_migration(const Options& options) {
    FRAISEQL_TRY(const std::string sql, config::read_small_file(options.file));
    FRAISEQL_TRY(const auto statements, check::read_script(sql));
    if (statements.empty())
        return fail(ErrorCode::BadUserInput, options.file + " has no statement.");
    FRAISEQL_TRY(const auto run, MigrationRun::begin(options));
    FRAISEQL_TRY(const check::MigrationState before, run->state());
    if (before.model == nullptr)
        return fail(ErrorCode::Configuration,
                    "Even before the migration no schema can be made of the database: " +
                        before.findings.front().message,
                    before.findings.front().hint);
    FRAISEQL_TRY(auto effects, run->run(statements));
    FRAISEQL_TRY(const check::MigrationState after, run->state());
    FRAISEQL_TRY(const std::uint64_t held, run->roll_back());
    check::MigrationReport report = check::compare(before, after);
    report.effects = std::move(effects);
    report.statements = static_cast<std::uint32_t>(statements.size());
    report.held_milliseconds = held;
    return report;
}

Result<std::shared_ptr<const graphql::Schema>> read_schema(const std::string& path) {
    FRAISEQL_TRY(const std::string sdl, config::read_small_file(path));
    auto schema = graphql::build_schema(sdl);
    if (!schema) {
        Error error = schema.error();
        error.message = path + ": " + error.message;
        return fail(std::move(error));
    }
    return schema;
}

}  // namespace

int check_migration(const Options& options) {
    const auto report = try_migration(options);
    if (!report) {
        complain(report.error());
        return kNotChecked;
    }
    fmt::print("{}", options.json ? check::to_json(*report) : check::to_text(*report));
    return report->has(options.fail_on) ? 1 : 0;
}

int diff_schemas(const Options& options) {
    const auto before = read_schema(options.file);
    if (!before) return complain(before.error()), kNotChecked;
    const auto after = read_schema(options.other_file);
    if (!after) return complain(after.error()), kNotChecked;
    const std::vector<graphql::Change> changes = graphql::find_changes(**before, **after);
    fmt::print("{}", options.json ? check::to_json(changes) : check::to_text(changes));
    for (const graphql::Change& each : changes)
        if (check::severity_of(each.impact) <= options.fail_on) return 1;
    return 0;
}

}  // namespace fraiseql::cli
