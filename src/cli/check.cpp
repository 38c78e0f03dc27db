// SPDX-License-Identifier: MIT
// `fraiseql check`: what is wrong with the database, its schema and its protection.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "check/database_checks.hpp"
#include "check/rls.hpp"
#include "cli/commands.hpp"
#include "pg/session.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::cli {
namespace {

using check::Finding;
using check::Severity;

/// The tables and materialized views behind what is exposed, as an array of PostgreSQL.
std::string tables_behind(const schema::Model& model) {
    std::set<catalog::Oid> tables;
    for (const schema::Entity& entity : model.entities)
        tables.merge(schema::dependencies_of(model.catalog, *entity.relation).tables);
    return fmt::format("{{{}}}", fmt::join(tables, ","));
}

Result<void> ask(pg::Session& session, const check::DatabaseCheck& each, const std::string& tables,
                 std::vector<Finding>& findings) {
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

Result<std::vector<Finding>> find_all(const Options& options) {
    FRAISEQL_TRY(const auto model, load_model(options));
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    // What it asks changes nothing, and must not keep the database busy.
    if (auto set = session->run_script("SET default_transaction_read_only = on; "
                                       "SET statement_timeout = '30s'");
        !set)
        return fail(connection_error(set.error()));
    std::vector<Finding> findings = check::model_findings(*model);
    const std::string tables = tables_behind(*model);
    for (const check::DatabaseCheck& each : check::database_checks())
        if (auto asked = ask(*session, each, tables, findings); !asked) return fail(asked.error());
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return findings;
}

void print(std::string_view severity, const std::string& subject, const std::string& code,
           const std::string& message, const std::string& hint) {
    fmt::print("{:<8} {} [{}]\n         {}\n", severity, subject, code, message);
    if (!hint.empty()) fmt::print("         {}\n", hint);
}

}  // namespace

int check_all(const Options& options) {
    const auto findings = find_all(options);
    if (!findings) return complain(findings.error());
    if (options.json) fmt::print("{}", check::to_json(*findings));
    for (const Finding& each : *findings)
        if (!options.json)
            print(severity_name(each.severity), each.subject, each.code, each.message, each.hint);
    if (!options.json && findings->empty()) fmt::print("Nothing is wrong.\n");
    return std::any_of(findings->begin(), findings->end(),
                       [&](const Finding& each) { return each.severity <= options.fail_on; })
               ? 1
               : 0;
}

int check_rls(const Options& options) {
    auto model = load_model(options);
    if (!model) return complain(model.error());
    const std::vector<check::RlsFinding> findings = check::check_rls(**model);
    if (options.json) {
        fmt::print("{}", check::to_json(findings));
    } else {
        for (const check::RlsFinding& each : findings)
            print(each.leaks ? "leak" : "note", each.subject, each.code, each.message, each.hint);
        if (findings.empty())
            fmt::print("Nothing that is exposed reads past row-level security.\n");
    }
    const bool leaks = std::any_of(findings.begin(), findings.end(),
                                   [](const auto& finding) { return finding.leaks; });
    return leaks ? 1 : 0;
}

Result<void> refuse_leaks(const schema::Model& model, const std::vector<std::string>& intended) {
    std::string message;
    for (const check::RlsFinding& finding : check::check_rls(model)) {
        const std::string_view name =
            std::string_view(finding.subject).substr(finding.subject.find('.') + 1);
        const bool listed = std::any_of(intended.begin(), intended.end(), [&](const auto& each) {
            return each == finding.subject || each == name;
        });
        if (finding.leaks && !listed)
            message +=
                fmt::format("\n  {}: {}\n    {}", finding.subject, finding.message, finding.hint);
    }
    if (message.empty()) return {};
    return fail(ErrorCode::Configuration,
                "Rows would escape row-level security, so the server does not start:" + message,
                "Where that is intended, list it: --allow-rls-bypass v_name");
}

}  // namespace fraiseql::cli
