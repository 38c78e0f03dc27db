// SPDX-License-Identifier: MIT
#include "server/top_operations.hpp"

#include <fmt/format.h>

#include <utility>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

constexpr const char* kExtension =
    "SELECT quote_ident(n.nspname)\n"
    "FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace\n"
    "WHERE e.extname = 'pg_stat_statements'";
// A statement that several operations send is theirs together: who spent what, nobody knows.
// $1: the most rows.
constexpr const char* kTop =
    "WITH named AS (\n"
    "    SELECT query_id, string_agg(operation, ', ' ORDER BY operation) AS operation\n"
    "    FROM turbo.tb_statement GROUP BY query_id\n"
    "), spent AS (\n"
    "    SELECT coalesce(n.operation, '(others)') AS operation, s.*\n"
    "    FROM {0}.pg_stat_statements AS s LEFT JOIN named AS n ON n.query_id = s.queryid\n"
    "    WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())\n"
    ")\n"
    "SELECT operation, sum(calls)::bigint, round(sum(total_exec_time)::numeric, 3),\n"
    "    round((sum(total_exec_time) / greatest(sum(calls), 1))::numeric, 3),\n"
    "    sum(rows)::bigint, sum(shared_blks_hit)::bigint, sum(shared_blks_read)::bigint,\n"
    "    round((sum(total_exec_time) / greatest(sum(sum(total_exec_time)) OVER (), 1e-9))\n"
    "          ::numeric, 4)\n"
    "FROM spent GROUP BY operation ORDER BY 3 DESC, 1 LIMIT $1";
// Rows of other roles have no query id for who may not read them.
constexpr const char* kHidden =
    "SELECT count(*) FROM {0}.pg_stat_statements AS s\n"
    "WHERE s.queryid IS NULL\n"
    "    AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
constexpr const char* kSince =
    "SELECT stats_reset::timestamptz(0) FROM {0}.pg_stat_statements_info";

Error no_extension() {
    return {.code = ErrorCode::Configuration,
            .message = "The database has no pg_stat_statements, which counts what statements take.",
            .hint =
                "Set shared_preload_libraries = 'pg_stat_statements', restart PostgreSQL, and "
                "run CREATE EXTENSION pg_stat_statements."};
}

Error top_error(const sql::DatabaseError& failure) {
    if (failure.sqlstate == "55000")
        return {.code = ErrorCode::Configuration,
                .message = "pg_stat_statements is installed, but PostgreSQL has not loaded it.",
                .hint =
                    "Set shared_preload_libraries = 'pg_stat_statements', and restart "
                    "PostgreSQL."};
    if (failure.sqlstate == "42P01" || failure.sqlstate == "3F000")
        return {.code = ErrorCode::Configuration,
                .message = "The database does not know which operations send which statements.",
                .hint = "Run `fraiseql db install turbo`: servers then write it down."};
    if (failure.sqlstate == "42501")
        return {.code = ErrorCode::Configuration,
                .message = "This role may not see it: " + failure.message + '.',
                .hint =
                    "GRANT SELECT ON turbo.tb_statement, USAGE on its schema, and "
                    "pg_read_all_stats."};
    return {.code = ErrorCode::ServiceUnavailable,
            .message = "The database could not be asked: " + failure.message};
}

}  // namespace

Result<TopOperations> top_operations(pg::Session& session, std::uint32_t most) {
    const auto extension = session.query(kExtension);
    if (!extension) return fail(top_error(extension.error()));
    if (extension->row_count() == 0) return fail(no_extension());
    const std::string schema(extension->get(0, 0));
    TopOperations out;
    auto rows = session.query(fmt::format(kTop, schema), {std::to_string(most)});
    if (!rows) return fail(top_error(rows.error()));
    out.rows = std::move(*rows);
    const auto since = session.query(fmt::format(kSince, schema));
    if (since && since->row_count() > 0) out.since = since->get(0, 0);
    const auto hidden = session.query(fmt::format(kHidden, schema));
    if (!hidden) return fail(top_error(hidden.error()));
    out.hidden = hidden->get(0, 0);
    return out;
}

std::string to_json(const TopOperations& top) {
    std::string out = R"({"since":)";
    json::write_string(out, top.since);
    out += R"(,"hidden_statements":)" + top.hidden + R"(,"operations":[)";
    for (std::size_t i = 0; i < top.rows.row_count(); ++i) {
        const auto value = [&](std::size_t column) { return top.rows.get(i, column); };
        out += i == 0 ? R"({"operation":)" : R"(,{"operation":)";
        json::write_string(out, value(0));
        out += fmt::format(R"(,"calls":{},"total_ms":{},"mean_ms":{},"rows":{},)"
                           R"("blocks_hit":{},"blocks_read":{},"share":{}}})",
                           value(1), value(2), value(3), value(4), value(5), value(6), value(7));
    }
    return out + "]}";
}

}  // namespace fraiseql::server
