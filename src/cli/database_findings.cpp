// SPDX-License-Identifier: MIT
#include "cli/database_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <set>
#include <string>

#include "check/database_checks.hpp"
#include "cli/commands.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::cli {
namespace {

/// The tables and materialized views behind what is exposed, as an array of PostgreSQL.
std::string tables_behind(const schema::Model& model) {
    std::set<catalog::Oid> tables;
    for (const schema::Entity& entity : model.entities)
        tables.merge(schema::dependencies_of(model.catalog, *entity.relation).tables);
    return fmt::format("{{{}}}", fmt::join(tables, ","));
}

Result<void> ask(pg::Session& session, const check::DatabaseCheck& each, const std::string& tables,
                 std::vector<check::Finding>& findings) {
    const bool about_tables = each.sql.find("$1") != std::string_view::npos;
    std::vector<std::optional<std::string>> parameters;
    if (about_tables) parameters.emplace_back(tables);
    const auto rows = session.query(std::string(each.sql), parameters);
    if (!rows) return fail(statement_error(rows.error()));
    for (std::size_t row = 0; row < rows->row_count(); ++row)
        findings.push_back({each.severity, std::string(each.code), std::string(rows->get(row, 0)),
                            std::string(rows->get(row, 1)), std::string(rows->get(row, 2))});
    return {};
}

}  // namespace

Result<std::vector<check::Finding>> all_findings(pg::Session& session, const schema::Model& model) {
    std::vector<check::Finding> findings = check::model_findings(model);
    const std::string tables = tables_behind(model);
    for (const check::DatabaseCheck& each : check::database_checks())
        if (auto asked = ask(session, each, tables, findings); !asked) return fail(asked.error());
    return findings;
}

}  // namespace fraiseql::cli
