// SPDX-License-Identifier: MIT
#include "engine/cache_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "schema/dependencies.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {
namespace {

/// With its length before it, so that no two lists of parts make one text.
void add_part(std::string& out, std::string_view part) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
}

/// Settings of PostgreSQL itself, such as `role`, may change any answer.
bool changes_everything(const auth::Principal* principal) {
    return principal != nullptr &&
           std::any_of(principal->settings.begin(), principal->settings.end(),
                       [](const auto& each) { return each.first.find('.') == std::string::npos; });
}

std::chrono::milliseconds shortest(std::chrono::milliseconds a, std::chrono::milliseconds b) {
    return a.count() == 0 || b.count() == 0 ? std::max(a, b) : std::min(a, b);
}

/// All that decides which rows `relation` has, besides the rows of tables.
void add_definitions(std::string& out, const catalog::Catalog& catalog,
                     const catalog::Relation& relation) {
    const schema::Dependencies found = schema::dependencies_of(catalog, relation);
    for (const catalog::Oid view : found.views)
        add_part(out, catalog.relation(view)->rule);
    for (const catalog::Oid table : found.tables)
        for (const std::string& policy : catalog.relation(table)->read_policies)
            add_part(out, policy);
}

/// Takes into account the rules that narrow what is read: their conditions stand in no view.
/// Returns false where nobody knows what they depend on.
bool add_rules(CachePlan& out, const std::vector<const schema::Rule*>& rules) {
    for (const schema::Rule* rule : rules)
        for (const schema::RowCondition& condition : rule->rows) {
            if (!condition.self_contained) return false;
            out.per_principal = true;
        }
    return true;
}

bool add_branches(CachePlan& out, const std::vector<plan::Branch>& branches) {
    for (const plan::Branch& branch : branches)
        for (const plan::Output& output : branch.outputs)
            if (!add_rules(out, output.masks) || !add_branches(out, output.branches)) return false;
    return true;
}

/// Estimates change without a write: what ANALYZE found, what the planner expects.
bool is_estimated(const plan::Read& read) {
    if (read.kind != plan::Read::Kind::Connection) return false;
    constexpr std::array<std::string_view, 4> kExact = {"edges", "nodes", "pageInfo", "totalCount"};
    for (const plan::Branch& branch : read.branches)
        for (const plan::Output& output : branch.outputs)
            if (output.field != nullptr &&
                std::find(kExact.begin(), kExact.end(), output.field->name) == kExact.end())
                return true;
    return false;
}

bool add_read(CachePlan& out, const plan::Read& read) {
    return !is_estimated(read) && add_rules(out, read.row_rules) &&
           add_branches(out, read.branches);
}

std::shared_ptr<const schema::CacheRule> live_rule(const catalog::Catalog& catalog,
                                                   const schema::Entity& entity) {
    auto rule = schema::read_cache_rule(catalog, *entity.relation, "");
    if (!rule) return nullptr;
    return std::make_shared<const schema::CacheRule>(std::move(*rule));
}

}  // namespace

std::shared_ptr<const CachePlan> cache_plan(const catalog::Catalog& catalog,
                                            const plan::Plan& plan) {
    // Of what code makes, nobody knows what it depends on; subscribers hear of what it was made
    // from.
    const bool live = plan.type == graphql::OperationType::Subscription;
    if (plan.type == graphql::OperationType::Mutation || (plan.has_computed && !live))
        return nullptr;
    CachePlan out;
    bool first = true;
    for (const plan::Root& root : plan.roots) {
        if (root.kind == plan::Root::Kind::Typename) continue;
        if (root.kind != plan::Root::Kind::Read) return nullptr;
        const auto rule = live ? live_rule(catalog, *root.read.entity) : root.read.entity->cache;
        if (rule == nullptr || !rule->usable() || !add_read(out, root.read)) return nullptr;
        out.contexts.insert(out.contexts.end(), rule->contexts.begin(), rule->contexts.end());
        out.per_principal = out.per_principal || rule->per_principal;
        out.ttl = shortest(out.ttl, rule->ttl);
        // All of an answer is history, or nothing of it.
        out.history = first ? rule->history : std::min(out.history, rule->history);
        first = false;
        add_definitions(out.definitions, catalog, *root.read.entity->relation);
    }
    if (first) return nullptr;
    out.definitions = turbo::sha256_hex(out.definitions);
    std::sort(out.contexts.begin(), out.contexts.end());
    out.contexts.erase(std::unique(out.contexts.begin(), out.contexts.end()), out.contexts.end());
    return std::make_shared<const CachePlan>(std::move(out));
}

std::string principal_class(const CachePlan& plan, const auth::Principal* principal) {
    if (!plan.per_principal && !changes_everything(principal)) return "all";
    std::string out = "settings";
    if (principal != nullptr)
        for (const auto& [name, value] : principal->settings) {
            add_part(out, name);
            add_part(out, value);
        }
    return out;
}

std::string cache_key(const CachePlan& plan, const PreparedRequest& request,
                      const CompiledUnit& unit, const pg::Batch& batch) {
    std::string text = unit.fingerprint + plan.definitions;
    const catalog::Catalog& catalog = request.document->model->catalog;
    add_part(text, catalog.current_user().name);
    add_part(text, catalog.session_settings());
    add_part(text, principal_class(plan, request.principal));
    for (const pg::Call& call : batch.calls)
        for (const auto& param : call.params) {
            if (param)
                add_part(text, *param);
            else
                text += '-';
        }
    return turbo::sha256_hex(text);
}

}  // namespace fraiseql::engine
