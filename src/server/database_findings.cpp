// SPDX-License-Identifier: MIT
#include "server/database_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <set>
#include <string>

#include "check/database_checks.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::server {
namespace {

/// The tables and materialized views behind what is exposed, as an array of PostgreSQL.
std::string tables_behind(const schema::Model& model) {
    std::set<catalog::Oid> tables;
    for (const schema::Entity& entity : model.entities)
        tables.merge(schema::dependencies_of(model.catalog, *entity.relation).tables);
    return fmt::format("{{{}}}", fmt::join(tables, ","));
}

tl::expected<void, sql::DatabaseError> ask(pg::Session& session, const check::DatabaseCheck& each,
                                           const std::string& tables,
                                           std::vector<check::Finding>& findings) {
    const bool about_tables = each.sql.find("$1") != std::string_view::npos;
    std::vector<std::optional<std::string>> parameters;
    if (about_tables) parameters.emplace_back(tables);
    const auto rows = session.query(std::string(each.sql), parameters);
    if (!rows) return tl::unexpected(rows.error());
    for (std::size_t row = 0; row < rows->row_count(); ++row)
        findings.push_back({each.severity, std::string(each.code), std::string(rows->get(row, 0)),
                            std::string(rows->get(row, 1)), std::string(rows->get(row, 2))});
    return {};
}

tl::expected<void, sql::DatabaseError> keep_to(pg::Session& session,
                                               std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() > 0)
        return session.run_script(fmt::format("SET statement_timeout = {}", left.count()));
    sql::DatabaseError late;
    late.sqlstate = "57014";
    late.message = "the checks took longer than they may";
    return tl::unexpected(std::move(late));
}

}  // namespace

tl::expected<std::vector<check::Finding>, sql::DatabaseError> all_findings(
    pg::Session& session, const schema::Model& model, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::vector<check::Finding> findings = check::model_findings(model);
    const std::string tables = tables_behind(model);
    for (const check::DatabaseCheck& each : check::database_checks()) {
        if (limit.count() > 0)
            if (auto set = keep_to(session, deadline); !set) return tl::unexpected(set.error());
        if (auto asked = ask(session, each, tables, findings); !asked)
            return tl::unexpected(asked.error());
    }
    return findings;
}

tl::expected<void, sql::DatabaseError> only_look(pg::Session& session,
                                                 std::chrono::milliseconds limit) {
    return session.run_script(fmt::format(
        "SET default_transaction_read_only = on; SET statement_timeout = {}", limit.count()));
}

}  // namespace fraiseql::server
