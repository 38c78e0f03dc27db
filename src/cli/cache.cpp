// SPDX-License-Identifier: MIT
// `fraiseql cache`: the answers that are kept in the database.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "cli/commands.hpp"
#include "pg/session.hpp"

namespace fraiseql::cli {
namespace {

constexpr const char* kStatistics =
    "SELECT (SELECT count(*) FROM turbo.tb_graphql_cache),\n"
    "    (SELECT pg_size_pretty(COALESCE(sum(bytes), 0)) FROM turbo.tb_graphql_cache),\n"
    "    (SELECT count(*) FROM turbo.tb_graphql_cache_history),\n"
    "    (SELECT pg_size_pretty(COALESCE(sum(bytes), 0)) FROM turbo.tb_graphql_cache_history),\n"
    "    (SELECT count(DISTINCT context) FROM turbo.tb_version_bump),\n"
    "    (SELECT count(*) FROM turbo.tb_version_bump)";
constexpr const char* kContexts =
    "SELECT COALESCE((SELECT c.oid::regclass::text FROM pg_class AS c\n"
    "                 WHERE c.oid::text = b.context), b.context), sum(n)\n"
    "FROM turbo.tb_version_bump AS b GROUP BY context ORDER BY 1";
constexpr const char* kAnswers =
    "SELECT built_at::timestamptz(0), bytes, round(build_ms::numeric, 1), operation\n"
    "FROM turbo.tb_graphql_cache WHERE $1 = '' OR operation ILIKE '%' || $1 || '%'\n"
    "ORDER BY built_at DESC LIMIT 100";
constexpr const char* kHistory =
    "SELECT version, built_at::timestamptz(0), keep_until::timestamptz(0), bytes, operation\n"
    "FROM turbo.tb_graphql_cache_history WHERE $1 = '' OR operation ILIKE '%' || $1 || '%'\n"
    "ORDER BY built_at DESC LIMIT 100";
// Servers forget what they have in memory when the definitions seem to have changed.
constexpr const char* kForget = "DELETE FROM turbo.tb_graphql_cache; SELECT turbo.bump('ddl')";
constexpr const char* kUpkeep = "SELECT turbo.cache_upkeep(9223372036854775807)";

Error cache_error(const sql::DatabaseError& failure) {
    if (failure.sqlstate == "42P01" || failure.sqlstate == "3F000" || failure.sqlstate == "42883")
        return {.code = ErrorCode::Configuration,
                .message = "The database has no place for answers.",
                .hint = "Install it with `fraiseql db install cache`."};
    return connection_error(failure);
}

/// Runs `sql` and gives its rows to `print`.
template <class Print>
int with_rows(const Options& options, const char* sql,
              const std::vector<std::optional<std::string>>& params, const Print& print) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    const auto rows = session->query(sql, params);
    if (!rows) return complain(cache_error(rows.error()));
    print(*rows);
    return 0;
}

/// The first line of an operation, so that it has a line of its own.
std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

int cache_stats(const Options& options) {
    const int status = with_rows(options, kStatistics, {}, [](const pg::Rows& rows) {
        fmt::print("answers   {}, {}\n", rows.get(0, 0), rows.get(0, 1));
        fmt::print("history   {}, {}\n", rows.get(0, 2), rows.get(0, 3));
        fmt::print("contexts  {}, in {} rows\n", rows.get(0, 4), rows.get(0, 5));
    });
    if (status != 0) return status;
    return with_rows(options, kContexts, {}, [](const pg::Rows& rows) {
        for (std::size_t i = 0; i < rows.row_count(); ++i)
            fmt::print("          {:<40} {}\n", rows.get(i, 0), rows.get(i, 1));
    });
}

int cache_show(const Options& options) {
    return with_rows(options, kAnswers, {options.operation}, [](const pg::Rows& rows) {
        for (std::size_t i = 0; i < rows.row_count(); ++i)
            fmt::print("{}  {:>9} bytes  {:>8} ms  {}\n", rows.get(i, 0), rows.get(i, 1),
                       rows.get(i, 2), first_line(rows.get(i, 3)));
    });
}

int cache_history(const Options& options) {
    return with_rows(options, kHistory, {options.operation}, [](const pg::Rows& rows) {
        for (std::size_t i = 0; i < rows.row_count(); ++i)
            fmt::print("{:>8}  {}  until {}  {:>9} bytes  {}\n", rows.get(i, 0), rows.get(i, 1),
                       rows.get(i, 2), rows.get(i, 3), first_line(rows.get(i, 4)));
    });
}

int cache_cleanup(const Options& options) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    if (auto done = session->run_script(options.all ? kForget : kUpkeep); !done)
        return complain(cache_error(done.error()));
    fmt::print("{}\n",
               options.all ? "Forgot all answers; history stays." : "Removed what has expired.");
    return 0;
}

}  // namespace fraiseql::cli
