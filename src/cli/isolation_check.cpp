// SPDX-License-Identifier: MIT
#include "cli/isolation_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/isolation_variables.hpp"
#include "graphql/parser.hpp"
#include "json/writer.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::cli {
namespace {

using check::Answers;
using check::IsolationFinding;
using Verdict = IsolationFinding::Verdict;

/// How many choices of variables are tried as the tenant whose rows they are, and how many of those
/// that work are given to the other.
constexpr std::size_t kAttempts = 12;
constexpr std::size_t kMostChoices = 4;

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
    Arena arena;
    if (const auto value = json::read(answer, arena)) collect(*value, name, out);
    return out;
}

constexpr int kRefused = 2;

/// 0 for an answer that shows something which made-up values do not; then those that show the same,
/// those that are refused, and those that are refused since a value is of another type.
int usefulness(std::string_view answer, std::string_view made_up) {
    if (!answer.starts_with("error: ")) return answer == made_up ? 1 : 0;
    return answer.starts_with("error: 22P02") ? kRefused + 1 : kRefused;
}

std::string text_of(const json::Value& value) {
    std::string out;
    json::write(out, value);
    return out;
}

}  // namespace

Result<std::vector<IsolationFinding>> IsolationCheck::run(
    const std::vector<check::CanaryTable>& tables, const std::string& script,
    const std::vector<turbo::Registered>& registered) {
    tables_ = tables;
    if (auto done = ask_without(script); !done) return fail(done.error());
    learn();
    for (const check::Probe& probe : check::call_probes(model_))
        if (const auto document = graphql::parse(arena_.copy(std::string_view(probe.text)), arena_))
            add_choices(probe, document->operations.front(), false);
    for (const turbo::Registered& each : registered)
        add_registered(each);
    for (Operation& each : operations_)
        if (auto asked = ask_with(each); !asked) return fail(asked.error());
    if (auto done = run_.run("ROLLBACK TO SAVEPOINT without"); !done) return fail(done.error());
    for (Operation& each : operations_) {
        each.answers.without = run_.ask(two_, each.probe.text, &each.variables);
        if (each.informed || each.must_run)
            if (each.answers.own_without.empty() && !each.writes)
                each.answers.own_without = run_.ask(one_, each.probe.text, &each.variables);
        findings_.push_back(check::judge(each.probe.name, each.answers, reads_planted(each.probe),
                                         each.informed || each.writes, each.must_run));
    }
    return std::move(findings_);
}

/// Plants the second tenant's rows, asks as the first who has none, and then plants theirs.
Result<void> IsolationCheck::ask_without(const std::string& script) {
    if (auto planted = run_.plant(two_, tables_, script); !planted) return fail(planted.error());
    for (check::Probe& probe : check::blind_probes(model_))
        operations_.push_back({.probe = std::move(probe)});
    if (auto done = run_.run("SAVEPOINT without"); !done) return fail(done.error());
    for (Operation& each : operations_)
        each.answers.own_without = run_.ask(one_, each.probe.text);
    FRAISEQL_TRY(const auto more, run_.plant(one_, tables_, script));
    for (const auto& [table, problem] : more)
        findings_.push_back(
            {"rows of " + table, Verdict::Unproven,
             "They cannot be planted: " + problem + ". Plant them with --plant FILE."});
    return {};
}

/// Finds out keys, cursors and other values of the first tenant, for the second to use.
void IsolationCheck::learn() {
    for (const Operation& each : operations_) {
        Arena arena;
        const std::string answer = run_.ask(one_, each.probe.text);
        if (const auto value = json::read(answer, arena)) known_values_.learn(*value);
    }
    std::vector<check::Foreign> foreign;
    for (const schema::Entity& entity : model_.entities) {
        check::Foreign& each = foreign.emplace_back(check::Foreign{.entity = &entity});
        if (const std::string query = check::keys_query(model_, entity); !query.empty())
            each.keys = texts_in(run_.ask(one_, query), "key");
        if (const std::string query = check::cursors_query(model_, entity); !query.empty())
            each.cursors = texts_in(run_.ask(one_, query), "cursor");
    }
    for (check::Probe& probe : check::informed_probes(model_, foreign))
        operations_.push_back({.probe = std::move(probe), .informed = true, .must_run = false});
}

void IsolationCheck::add_registered(const turbo::Registered& entry) {
    const check::Probe probe{"registered " + entry.id, entry.text};
    if (entry.checked) run_.use_template(entry.text, *entry.checked);
    const auto document = graphql::parse(arena_.copy(std::string_view(entry.text)), arena_);
    if (!document || document->operations.size() != 1)
        return findings_.push_back(
            {probe.name, Verdict::Unproven, "It has several operations, or is not GraphQL."});
    add_choices(probe, document->operations.front(), true);
}

/// Adds the operation with those variables with which it does most for the first tenant.
void IsolationCheck::add_choices(const check::Probe& probe,
                                 const graphql::OperationDefinition& operation, bool must_run) {
    const bool writes = operation.type == graphql::OperationType::Mutation;
    Operation each{.probe = probe, .writes = writes, .must_run = must_run};
    each.informed = !operation.variables.empty();
    const auto choose = [&](std::size_t attempt, bool known) {
        return make_variables(
            *model_.schema, operation,
            [&](std::string_view name, const graphql::NamedType& type) {
                return known ? known_values_.choose(name, type, probe.text, attempt, arena_)
                             : std::nullopt;
            },
            arena_);
    };
    const auto made_up = choose(0, false);
    if (!made_up)
        return findings_.push_back(
            {probe.name, must_run ? Verdict::Unproven : Verdict::Untried, made_up.error().message});
    const std::string nothing = run_.ask(one_, probe.text, &*made_up);
    // What shows more than made-up values do comes first, what is refused last.
    std::vector<std::pair<int, Operation>> found;
    std::set<std::string> tried;
    for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
        const auto variables = choose(attempt, true);
        if (!variables || !tried.insert(text_of(*variables)).second) continue;
        each.variables = *variables;
        if (each.informed) each.probe.name = probe.name + " with " + text_of(*variables);
        each.answers.own_with = run_.ask(one_, probe.text, &each.variables);
        found.emplace_back(usefulness(each.answers.own_with, nothing), each);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    // What never runs is asked once all the same: errors may tell, too.
    for (std::size_t i = 0; i < std::min(kMostChoices, found.size()); ++i)
        if (i == 0 || found[i].first < kRefused) operations_.push_back(std::move(found[i].second));
}

Result<void> IsolationCheck::ask_with(Operation& each) {
    Answers& out = each.answers;
    const std::vector<std::string> nothing;
    const auto before = each.writes ? run_.contents(one_, tables_) : nothing;
    Result<std::vector<std::string>> after = before;
    out.with = run_.ask(two_, each.probe.text, &each.variables, [&] {
        if (each.writes) after = run_.contents(one_, tables_);
    });
    if (!before) return fail(before.error());
    if (!after) return fail(after.error());
    out.changed = *before != *after;
    out.again = run_.ask(two_, each.probe.text, &each.variables);
    if (each.writes) return {};
    out.own_with = run_.ask(one_, each.probe.text, &each.variables);
    if (out.with != out.again) return {};
    FRAISEQL_TRY(out.kept, ask_kept(each));
    return {};
}

/// Asks through the cache, cold and warm, each tenant before the other, and returns what is wrong
/// with the answers.
Result<std::string> IsolationCheck::ask_kept(const Operation& each) {
    for (const Place place : {Place::Memory, Place::Database})
        for (const bool reverse : {false, true}) {
            if (auto begun = run_.begin_keeping(); !begun) return fail(begun.error());
            std::string problem;
            for (const bool own : {!reverse, reverse, !reverse, reverse}) {
                FRAISEQL_TRY(const auto kept, run_.ask_kept(own ? one_ : two_, each.probe.text,
                                                            &each.variables, place));
                if (!kept || *kept == (own ? each.answers.own_with : each.answers.with)) continue;
                problem =
                    "A kept answer of another tenant is given. See whether a function behind it is "
                    "declared IMMUTABLE, but depends on who asks.";
            }
            if (auto ended = run_.end_keeping(); !ended) return fail(ended.error());
            if (!problem.empty()) return problem;
        }
    return std::string();
}

bool IsolationCheck::reads_planted(const check::Probe& probe) const {
    if (probe.entity == nullptr) return false;
    const auto behind = schema::dependencies_of(model_.catalog, *probe.entity->relation).tables;
    return std::any_of(tables_.begin(), tables_.end(), [&](const check::CanaryTable& table) {
        return !table.tenant_column.empty() && behind.contains(table.oid);
    });
}

}  // namespace fraiseql::cli
