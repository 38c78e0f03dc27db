// SPDX-License-Identifier: MIT
#include "cli/pool_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <tuple>

#include "cli/choice.hpp"
#include "pg/connect.hpp"

namespace fraiseql::cli {
namespace {

/// What listens, writes statistics and looks after the cache, at most one of each.
constexpr std::size_t kWatches = 6;

/// The least of what the server, the database and the role allow, less what is kept for superusers.
constexpr const char* kAllowed = R"(
SELECT least(
    current_setting('max_connections')::int -
        CASE WHEN r.rolsuper THEN 0
             ELSE current_setting('superuser_reserved_connections')::int END,
    CASE WHEN d.datconnlimit < 0 OR r.rolsuper THEN 2147483647 ELSE d.datconnlimit END,
    CASE WHEN r.rolconnlimit < 0 OR r.rolsuper THEN 2147483647 ELSE r.rolconnlimit END)
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
WHERE r.rolname = session_user AND d.datname = current_database())";

}  // namespace

void add_pool(CLI::App& command, PoolOptions& options) {
    command
        .add_option("--pool-quick", options.quick,
                    "connections of each worker that queries share; always open")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command
        .add_option("--pool-exclusive", options.exclusive,
                    "most connections of each worker for writes and slow statements, one at a time "
                    "on each; opened when needed")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command
        .add_option("--pool-lifetime", options.lifetime,
                    "seconds until a connection is replaced, less a random tenth; 0: never")
        ->check(CLI::Range(0, 604'800))
        ->capture_default_str();
    command
        .add_option("--pool-idle", options.idle,
                    "seconds until a connection for writes that has no work is closed; 0: never")
        ->check(CLI::Range(0, 604'800))
        ->capture_default_str();
    command
        .add_option("--pool-check", options.check,
                    "seconds that a connection may be idle until the database has to answer on it; "
                    "0: without end")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    const std::map<std::string, pg::PreparedNames> names = {{"auto", pg::PreparedNames::Automatic},
                                                            {"on", pg::PreparedNames::On},
                                                            {"off", pg::PreparedNames::Off}};
    command
        .add_option(
            "--prepared-statements", options.prepared,
            "whether the database keeps statements prepared. auto: unless there is a pooler "
            "such as PgBouncer in front of it; on: also then, where it pools sessions")
        ->transform(one_of(names))
        ->type_name("NAME")
        ->default_str("auto");
    command
        .add_option("--direct-database", options.direct_database,
                    "PostgreSQL URL past the pooler that --database names, for notifications and "
                    "locks of sessions")
        ->type_name("URL");
    command
        .add_option("--ready-if", options.ready_if,
                    "query that has to return true before /ready says yes, such as one that the "
                    "last migration has run")
        ->type_name("SQL");
}

void apply_pool(const PoolOptions& options, server::Settings& settings) {
    pg::PoolSettings& pool = settings.pool;
    pool.quick_connections = options.quick;
    pool.exclusive_connections = options.exclusive;
    pool.max_lifetime = std::chrono::seconds(options.lifetime);
    pool.max_idle = std::chrono::seconds(options.idle);
    pool.check_interval = std::chrono::seconds(options.check);
    pool.prepared_names = options.prepared;
    settings.router.readiness.condition = options.ready_if;
    settings.direct_conninfo =
        options.direct_database.empty() ? pool.conninfo : options.direct_database;
}

Result<std::string> check_ready_if(pg::Session& session, const std::string& query) {
    const std::string sql = server::condition_sql(query);
    const auto columns = session.describe(sql);
    // Reading is all that it may do; what else fails, /ready says.
    auto failure = columns ? std::optional<sql::DatabaseError>() : columns.error();
    if (columns) {
        if (auto begun = session.run_script("BEGIN READ ONLY; SET LOCAL statement_timeout = 5000");
            !begun)
            return fail(ErrorCode::ServiceUnavailable, begun.error().message);
        if (auto ran = session.query(sql); !ran && ran.error().sqlstate == "25006")
            failure = ran.error();
        std::ignore = session.run_script("ROLLBACK");
    }
    if (!failure && columns->size() == 1) return std::string();
    const std::string message = failure ? failure->message : "it is more than one query";
    const bool missing = failure && (failure->sqlstate == "42P01" || failure->sqlstate == "42703" ||
                                     failure->sqlstate == "42883" || failure->sqlstate == "3F000");
    if (missing) return "--ready-if: " + message + "; the server is not ready until it is there";
    return fail(ErrorCode::Configuration, "--ready-if: " + message + ".",
                "Write one SELECT that returns one boolean and writes nothing: SELECT EXISTS "
                "(SELECT FROM schema_migrations WHERE version = '42').");
}

Result<std::string> check_connections(pg::Session& session, const server::Settings& settings) {
    if (pg::is_pooled(session.connection())) return std::string();
    const auto rows = session.query(kAllowed);
    // Nobody should be kept from starting by a catalog that hides something.
    if (!rows || rows->row_count() == 0) return std::string();
    const std::size_t allowed = std::stoul(std::string(rows->get(0, 0)));
    const pg::PoolSettings& pool = settings.pool;
    const std::size_t always = settings.workers * pool.quick_connections + kWatches;
    const std::size_t most = always + settings.workers * pool.exclusive_connections;
    const std::string sum =
        fmt::format("{} workers with {} quick and {} exclusive connections each, and {} that watch",
                    settings.workers, pool.quick_connections, pool.exclusive_connections, kWatches);
    if (always > allowed)
        return fail(
            ErrorCode::Configuration,
            fmt::format("PostgreSQL lets this role have {} connections, and {} would always "
                        "be open: {}.",
                        allowed, always, sum),
            "Lower --workers or --pool-quick, raise max_connections or the limit of the "
            "role or database, or put PgBouncer in between.");
    if (most <= allowed) return std::string();
    return fmt::format(
        "may need {} ({}), and PostgreSQL lets this role have {}: under load, requests will find "
        "none. Lower --pool-exclusive or --workers, or raise max_connections",
        most, sum, allowed);
}

}  // namespace fraiseql::cli
