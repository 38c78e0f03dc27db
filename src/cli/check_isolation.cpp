// SPDX-License-Identifier: MIT
// `fraiseql check isolation`: whether one tenant can notice anything of another.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "catalog/snapshot_sql.hpp"
#include "cli/commands.hpp"
#include "cli/isolation_check.hpp"
#include "cli/registered_operations.hpp"
#include "config/sources.hpp"
#include "engine/template_check.hpp"
#include "pg/query_value.hpp"
#include "pg/session.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {
namespace {

using check::IsolationFinding;
using Verdict = IsolationFinding::Verdict;

/// The canary's claims: those of `--claims`, and whose it is.
Result<Canary> make_canary(const Options& options, const auth::ClaimMap& map,
                           const std::string& tenant, const std::string& user) {
    auth::Claims claims;
    const std::string given = options.claims.empty() ? "{}" : options.claims;
    FRAISEQL_TRY(const json::Value base, json::read(given, claims.arena));
    if (!base.is_object())
        return fail(ErrorCode::BadRequest, "--claims must be a JSON object.",
                    R"(For example --claims '{"roles": ["admin"]}')");
    std::vector<json::Member> members(base.members.begin(), base.members.end());
    const auto put = [&](const std::string& name, const std::string& text) {
        std::erase_if(members, [&](const json::Member& member) { return member.name == name; });
        members.push_back({claims.arena.copy(std::string_view(name)),
                           {.kind = json::Value::Kind::String,
                            .text = claims.arena.copy(std::string_view(text))}});
    };
    put(map.tenant.front(), tenant);
    put(map.subject.front(), user);
    claims.value = {.kind = json::Value::Kind::Object, .members = claims.arena.copy(members)};
    auto at_server = auth::make_principal(map, claims);
    if (!at_server) return fail(auth::to_error(at_server.error()));
    auth::ClaimMap switched = map;
    if (!options.role.empty()) switched.anonymous_role = options.role;
    auto principal = auth::make_principal(switched, claims);
    if (!principal) return fail(auth::to_error(principal.error()));
    return Canary{tenant, std::move(*principal), std::move(*at_server)};
}

/// Two tenants, in the type of the column that names them.
Result<std::vector<Canary>> make_canaries(const Options& options,
                                          const std::vector<check::CanaryTable>& tables) {
    bool numbers = false;
    for (const check::CanaryTable& table : tables)
        for (const check::CanaryColumn& column : table.columns)
            if (column.name == table.tenant_column) numbers = column.type.starts_with("int");
    FRAISEQL_TRY(const auth::ClaimMap map, read_claim_map(options.auth));
    std::vector<Canary> out;
    for (const char digit : {'a', 'b'}) {
        const std::string end(12, digit);
        const std::string tenant = numbers ? fmt::format("2990{}", digit == 'a' ? 1 : 2)
                                           : "ca9a3000-0000-4000-8000-" + end;
        FRAISEQL_TRY(Canary canary,
                     make_canary(options, map, tenant, "ca9a3000-0000-4000-9000-" + end));
        out.push_back(std::move(canary));
    }
    return out;
}

/// The catalog as the server's role sees it, though somebody else connects.
Result<std::shared_ptr<const schema::Model>> load_as_role(const Options& options) {
    if (options.role.empty()) return load_model(options);
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    const std::string role = sql::Fragment().identifier(options.role).text();
    if (auto set = session->run_script("SET ROLE " + role); !set)
        return fail(connection_error(set.error()));
    const auto document = pg::query_value(*session, std::string(catalog::snapshot_sql()));
    if (!document) return fail(connection_error(document.error()));
    return model_of(*document, options.model);
}

/// What is registered, with the templates that servers would run.
Result<std::vector<turbo::Registered>> read_operations(
    const Options& options, const std::shared_ptr<const schema::Model>& model) {
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    FRAISEQL_TRY(auto out, registered_operations(*session, options.operations));
    if (!options.role.empty()) {
        const std::string role = sql::Fragment().identifier(options.role).text();
        if (auto set = session->run_script("SET ROLE " + role); !set)
            return fail(connection_error(set.error()));
    }
    FRAISEQL_TRY(const auth::ClaimMap claims, read_claim_map(options.auth));
    for (turbo::Registered& each : out)
        if (each.sql_template)
            // One that does not answer alike is run by no server.
            if (auto checked = engine::check_template(*session, each, {model, {}, claims}))
                each.checked = *checked;
    return out;
}

Result<std::vector<IsolationFinding>> find_leaks(const Options& options) {
    FRAISEQL_TRY(const auto model, load_as_role(options));
    std::string script;
    if (!options.file.empty()) {
        FRAISEQL_TRY(script, config::read_small_file(options.file));
    }
    FRAISEQL_TRY(const auto run, IsolationRun::begin(options.database, model));
    FRAISEQL_TRY(const auto tables, run->tables(options.tenant_column));
    if (tables.empty())
        return fail(ErrorCode::Configuration,
                    fmt::format("No table has a column '{}'.", options.tenant_column),
                    "Name the column that says whose a row is: --tenant-column.");
    FRAISEQL_TRY(const auto canaries, make_canaries(options, tables));
    FRAISEQL_TRY(const auto registered, read_operations(options, model));
    IsolationCheck check(*run, *model, canaries[0], canaries[1]);
    return check.run(tables, script, registered);
}

void print(const std::vector<IsolationFinding>& findings) {
    std::map<Verdict, int> counts;
    for (const IsolationFinding& finding : findings) {
        ++counts[finding.verdict];
        if (finding.verdict == Verdict::Isolated || finding.verdict == Verdict::Shared) continue;
        fmt::print("{:<9} {}\n          {}\n", check::to_string(finding.verdict), finding.operation,
                   finding.message);
    }
    fmt::print("{} isolated, {} the same for all, {} unproven, {} untried, {} with leaks\n",
               counts[Verdict::Isolated], counts[Verdict::Shared], counts[Verdict::Unproven],
               counts[Verdict::Untried], counts[Verdict::Leak]);
}

}  // namespace

int check_isolation(const Options& options) {
    const auto findings = find_leaks(options);
    if (!findings) return complain(findings.error());
    if (options.json)
        fmt::print("{}", check::to_json(*findings));
    else
        print(*findings);
    const bool proven =
        std::none_of(findings->begin(), findings->end(), [](const IsolationFinding& each) {
            return each.verdict == Verdict::Leak || each.verdict == Verdict::Unproven;
        });
    return proven ? 0 : 1;
}

}  // namespace fraiseql::cli
