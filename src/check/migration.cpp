// SPDX-License-Identifier: MIT
#include "check/migration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace fraiseql::check {
namespace {

/// So many rows are more than a moment's work for PostgreSQL.
constexpr std::uint64_t kManyRows = 10'000;
constexpr double kDearer = 1.5;
/// In the planner's unit: what costs less is not worth a word.
constexpr double kTrifle = 10;

std::vector<Finding> new_findings(const MigrationState& before, const MigrationState& after) {
    std::set<std::tuple<std::string, std::string>> known;
    for (const Finding& each : before.findings)
        known.emplace(each.code, each.subject);
    std::vector<Finding> out;
    for (const Finding& each : after.findings)
        if (!known.contains({each.code, each.subject})) out.push_back(each);
    return out;
}

void compare_plans(const OperationState& before, const OperationState& after,
                   std::vector<PlanChange>& out) {
    const std::size_t most = std::max(before.statements.size(), after.statements.size());
    for (std::size_t i = 0; i < most; ++i) {
        PlanChange change{.id = after.id, .origin = after.origin, .before = {}, .after = {}};
        if (i < before.statements.size()) change.before = before.statements[i];
        if (i < after.statements.size()) change.after = after.statements[i];
        if (change.before.sql != change.after.sql || change.before.shape != change.after.shape ||
            change.dearer())
            out.push_back(std::move(change));
    }
}

bool blocks_reads(std::string_view lock) { return lock == "ACCESS EXCLUSIVE"; }

}  // namespace

Severity severity_of(graphql::Impact impact) noexcept {
    switch (impact) {
        case graphql::Impact::Breaking:
            return Severity::Error;
        case graphql::Impact::Dangerous:
            return Severity::Warning;
        case graphql::Impact::Safe:
            break;
    }
    return Severity::Note;
}

Severity MigrationEffect::severity() const noexcept {
    const bool long_lock = !lock.empty() && (rewritten || scanned) && rows != 0;
    return long_lock || changed_rows >= kManyRows ? Severity::Warning : Severity::Note;
}

std::string MigrationEffect::message() const {
    std::string out;
    if (!lock.empty())
        out = fmt::format("{} lock: nobody else can {} it until the migration ends", lock,
                          blocks_reads(lock) ? "read or write" : "write");
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    if (rewritten)
        add(command.starts_with("TRUNCATE")
                ? std::string("all of its rows are removed")
                : fmt::format("all of its {} bytes are written again", bytes));
    if (scanned && !rewritten) add("all of its rows are read meanwhile");
    if (changed_rows > 0) add(fmt::format("{} rows are added, changed or removed", changed_rows));
    return out + '.';
}

bool PlanChange::dearer() const noexcept {
    return before.cost && after.cost && *after.cost > kDearer * *before.cost &&
           *after.cost > *before.cost + kTrifle;
}

bool MigrationReport::has(Severity severity) const noexcept {
    const auto any = [&](const auto& list, const auto& of) {
        return std::any_of(list.begin(), list.end(),
                           [&](const auto& each) { return of(each) <= severity; });
    };
    return !operations.empty() ||
           any(schema, [](const auto& each) { return severity_of(each.impact); }) ||
           any(plans, [](const auto& each) { return each.severity(); }) ||
           any(effects, [](const auto& each) { return each.severity(); }) ||
           any(findings, [](const auto& each) { return each.severity; });
}

MigrationReport compare(const MigrationState& before, const MigrationState& after) {
    MigrationReport out;
    if (before.model && after.model)
        out.schema = graphql::find_changes(*before.model->schema, *after.model->schema);
    out.findings = new_findings(before, after);
    for (std::size_t i = 0; i < std::min(before.operations.size(), after.operations.size()); ++i) {
        const OperationState& old = before.operations[i];
        const OperationState& now = after.operations[i];
        if (!old.errors.empty()) {
            out.findings.push_back({Severity::Note, "operation-broken-before",
                                    fmt::format("operation {}", old.id), old.errors.front(),
                                    fmt::format("It stands in {}.", old.origin)});
            continue;
        }
        if (!now.errors.empty())
            out.operations.push_back({now.id, now.origin, now.errors});
        else
            compare_plans(old, now, out.plans);
    }
    return out;
}

}  // namespace fraiseql::check
