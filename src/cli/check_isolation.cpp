// SPDX-License-Identifier: MIT
// `fraiseql check isolation`: whether one tenant can notice anything of another.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "catalog/snapshot_sql.hpp"
#include "check/isolation.hpp"
#include "cli/commands.hpp"
#include "cli/isolation_run.hpp"
#include "cli/isolation_variables.hpp"
#include "config/sources.hpp"
#include "graphql/parser.hpp"
#include "json/writer.hpp"
#include "pg/session.hpp"
#include "schema/dependencies.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {
namespace {

using check::Answers;
using check::IsolationFinding;
using Verdict = IsolationFinding::Verdict;

constexpr std::size_t kMostKeys = 8;

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
    auto principal = auth::make_principal(map, claims);
    if (!principal) return fail(auth::to_error(principal.error()));
    return Canary{tenant, std::move(*principal)};
}

/// Two tenants, in the type of the column that names them.
Result<std::vector<Canary>> make_canaries(const Options& options,
                                          const std::vector<check::CanaryTable>& tables) {
    bool numbers = false;
    for (const check::CanaryTable& table : tables)
        for (const check::CanaryColumn& column : table.columns)
            if (column.name == table.tenant_column) numbers = column.type.starts_with("int");
    FRAISEQL_TRY(auth::ClaimMap map, read_claim_map(options.auth));
    if (!options.role.empty()) map.anonymous_role = options.role;
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

/// Every text under `name` in the JSON values of an answer.
void collect(const json::Value& value, std::string_view name, std::vector<std::string>& out) {
    for (const json::Member& member : value.members) {
        if (member.name == name && (member.value.is_string() || member.value.is_number()))
            out.emplace_back(member.value.text);
        collect(member.value, name, out);
    }
    for (const json::Value& item : value.items)
        collect(item, name, out);
}

std::vector<std::string> texts_in(std::string_view answer, std::string_view name) {
    std::vector<std::string> out;
    while (!answer.empty()) {
        const std::size_t end = answer.find('\t');
        Arena arena;
        if (const auto value = json::read(answer.substr(0, end), arena)) collect(*value, name, out);
        if (end == std::string_view::npos) break;
        answer.remove_prefix(end + 1);
    }
    return out;
}

struct Operation {
    check::Probe probe;
    json::Value variables = {};
    bool informed = false;
    bool writes = false;
};

class Check {
  public:
    Check(IsolationRun& run, const schema::Model& model, Canary one, Canary two)
        : run_(run), model_(model), one_(std::move(one)), two_(std::move(two)) {}

    Result<std::vector<IsolationFinding>> run(const std::vector<check::CanaryTable>& tables,
                                              const std::string& script,
                                              const std::string& folder) {
        tables_ = tables;
        if (auto planted = run_.plant(two_, tables_, script); !planted)
            return fail(planted.error());
        for (check::Probe& probe : check::blind_probes(model_))
            operations_.push_back({.probe = std::move(probe)});
        if (auto done = run_.run("SAVEPOINT without"); !done) return fail(done.error());
        std::map<std::string, std::string> own_without;
        for (const Operation& each : operations_)
            own_without[each.probe.name] = run_.ask(one_, each.probe.text);
        FRAISEQL_TRY(const auto more, run_.plant(one_, tables_, script));
        for (const auto& [table, problem] : more)
            findings_.push_back(
                {"rows of " + table, Verdict::Unproven,
                 "They cannot be planted: " + problem + ". Plant them with --plant FILE."});
        learn();
        if (auto added = add_registered(folder); !added) return fail(added.error());
        std::vector<Answers> answers;
        for (const Operation& each : operations_) {
            Answers& one = answers.emplace_back(ask_with(each));
            if (auto found = own_without.find(each.probe.name); found != own_without.end())
                one.own_without = found->second;
        }
        if (auto done = run_.run("ROLLBACK TO SAVEPOINT without"); !done) return fail(done.error());
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            const Operation& each = operations_[i];
            answers[i].without = run_.ask(two_, each.probe.text, &each.variables);
            if (!own_without.contains(each.probe.name))
                answers[i].own_without = run_.ask(one_, each.probe.text, &each.variables);
            findings_.push_back(check::judge(each.probe.name, answers[i], reads_planted(each.probe),
                                             each.informed || each.writes));
        }
        return std::move(findings_);
    }

  private:
    /// Finds out keys and cursors of the first tenant, for the second to use.
    void learn() {
        std::vector<check::Foreign> foreign;
        for (const schema::Entity& entity : model_.entities) {
            check::Foreign& each = foreign.emplace_back(check::Foreign{.entity = &entity});
            if (const std::string query = check::keys_query(model_, entity); !query.empty())
                each.keys = texts_in(run_.ask(one_, query), "key");
            if (const std::string query = check::cursors_query(model_, entity); !query.empty())
                each.cursors = texts_in(run_.ask(one_, query), "cursor");
            keys_.insert(each.keys.begin(), each.keys.end());
        }
        for (check::Probe& probe : check::informed_probes(model_, foreign))
            operations_.push_back({.probe = std::move(probe), .informed = true});
    }

    Result<void> add_registered(const std::string& folder) {
        FRAISEQL_TRY(const auto registered, run_.registered(folder));
        for (const turbo::Registered& each : registered)
            add_registered(each.id, each.text);
        return {};
    }

    /// Once for each of the other tenant's keys, where it has variables that might be one.
    void add_registered(const std::string& id, const std::string& text) {
        const std::string name = "registered " + id;
        Arena& arena = arena_;
        const auto document = graphql::parse(arena.copy(std::string_view(text)), arena);
        if (!document || document->operations.size() != 1)
            return findings_.push_back(
                {name, Verdict::Unproven, "It has several operations, or is not GraphQL."});
        const graphql::OperationDefinition& operation = document->operations.front();
        const bool writes = operation.type == graphql::OperationType::Mutation;
        if (operation.variables.empty())
            return operations_.push_back({.probe = {name, text}, .writes = writes});
        std::vector<std::string> keys(keys_.begin(), keys_.end());
        keys.resize(std::min(keys.size(), kMostKeys));
        if (keys.empty()) keys.push_back(one_.tenant);
        for (const std::string& key : keys) {
            auto variables = make_variables(*model_.schema, operation, key, arena);
            if (!variables)
                return findings_.push_back({name, Verdict::Unproven, variables.error().message});
            operations_.push_back({.probe = {name + " with " + key, text},
                                   .variables = *variables,
                                   .informed = true,
                                   .writes = writes});
        }
    }

    Answers ask_with(const Operation& each) {
        Answers out;
        const auto before = each.writes ? run_.contents(one_, tables_) : unchanged();
        Result<std::vector<std::string>> after = before;
        out.with = run_.ask(two_, each.probe.text, &each.variables, [&] {
            if (each.writes) after = run_.contents(one_, tables_);
        });
        out.changed = before && after && *before != *after;
        out.again = run_.ask(two_, each.probe.text, &each.variables);
        if (!each.writes) out.own_with = run_.ask(one_, each.probe.text, &each.variables);
        return out;
    }

    static Result<std::vector<std::string>> unchanged() { return std::vector<std::string>{}; }

    bool reads_planted(const check::Probe& probe) const {
        if (probe.entity == nullptr) return false;
        const auto behind = schema::dependencies_of(model_.catalog, *probe.entity->relation).tables;
        return std::any_of(tables_.begin(), tables_.end(), [&](const check::CanaryTable& table) {
            return !table.tenant_column.empty() && behind.contains(table.oid);
        });
    }

    IsolationRun& run_;
    const schema::Model& model_;
    Canary one_;
    Canary two_;
    std::vector<check::CanaryTable> tables_;
    std::vector<Operation> operations_;
    std::vector<IsolationFinding> findings_;
    std::set<std::string> keys_;
    Arena arena_;
};

/// The catalog as the server's role sees it, though somebody else connects.
Result<std::shared_ptr<const schema::Model>> load_as_role(const Options& options) {
    if (options.role.empty()) return load_model(options);
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    const std::string role = sql::Fragment().identifier(options.role).text();
    if (auto set = session->run_script("SET ROLE " + role); !set)
        return fail(connection_error(set.error()));
    const auto rows = session->query(std::string(catalog::snapshot_sql()));
    if (!rows) return fail(connection_error(rows.error()));
    return model_of(std::string(rows->get(0, 0)), options.model);
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
    Check check(*run, *model, canaries[0], canaries[1]);
    return check.run(tables, script, options.operations);
}

void print(const std::vector<IsolationFinding>& findings) {
    std::map<Verdict, int> counts;
    for (const IsolationFinding& finding : findings) {
        ++counts[finding.verdict];
        if (finding.verdict == Verdict::Isolated || finding.verdict == Verdict::Shared) continue;
        fmt::print("{:<9} {}\n          {}\n", check::to_string(finding.verdict), finding.operation,
                   finding.message);
    }
    fmt::print("{} isolated, {} the same for all, {} unproven, {} with leaks\n",
               counts[Verdict::Isolated], counts[Verdict::Shared], counts[Verdict::Unproven],
               counts[Verdict::Leak]);
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
