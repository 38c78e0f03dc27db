// SPDX-License-Identifier: MIT
// `fraiseql check`: what is wrong with the database, its schema and its protection.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "check/rls.hpp"
#include "cli/commands.hpp"
#include "pg/session.hpp"
#include "server/database_findings.hpp"
#include "server/operation_findings.hpp"

namespace fraiseql::cli {
namespace {

using check::Finding;
using check::Severity;

Result<std::vector<Finding>> find_all(const Options& options) {
    FRAISEQL_TRY(const auto model, load_model(options));
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    // It must not keep the database busy.
    if (auto set = server::only_look(*session, std::chrono::seconds(30)); !set)
        return fail(connection_error(set.error()));
    auto findings = server::all_findings(*session, *model);
    if (!findings) return fail(statement_error(findings.error()));
    auto lacking = server::operation_findings(*session, std::chrono::seconds(30));
    if (!lacking) return fail(statement_error(lacking.error()));
    std::move(lacking->begin(), lacking->end(), std::back_inserter(*findings));
    check::sort_by_severity(*findings);
    return std::move(*findings);
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
