// SPDX-License-Identifier: MIT
// `fraiseql db install`: SQL that FraiseQL brings along, put into a database.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "base/suggest.hpp"
#include "cli/commands.hpp"
#include "install/modules.hpp"
#include "pg/session.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {
namespace {

std::string name_of(const catalog::Relation& relation) {
    return relation.schema + "." + relation.name;
}

/// What tells of writes to the tables behind views, as statements.
struct Tracking {
    std::string sql = {};
    std::vector<std::string> tables = {};
};

/// Modules that want to hear of writes: of the views with @cache, or of all that clients read.
constexpr std::string_view kCache = "cache";
constexpr std::string_view kSubscriptions = "subscriptions";

Tracking tracking_of(const schema::Model& model, bool all) {
    Tracking out;
    std::set<catalog::Oid> seen;
    std::set<std::string> contexts;
    const auto track = [&](const catalog::Relation& relation, sql::Raw call) {
        if (!seen.insert(relation.oid).second) return;
        sql::Fragment name;
        name.qualified(relation.schema, relation.name);
        out.sql += sql::Fragment(call).literal(name.text()).raw("::regclass);\n").text();
        out.tables.push_back(name_of(relation));
    };
    for (const schema::Entity& entity : model.entities) {
        if (all)
            if (const auto rule = schema::read_cache_rule(model.catalog, *entity.relation, ""))
                for (const catalog::Relation* table : rule->untracked)
                    track(*table, "SELECT turbo.track(");
        if (entity.cache == nullptr) continue;
        for (const catalog::Relation* table : entity.cache->untracked)
            track(*table, "SELECT turbo.track(");
        for (const std::string& context : entity.cache->contexts)
            if (context != "ddl" && context.find_first_not_of("0123456789") != std::string::npos)
                contexts.insert(context);
    }
    const catalog::Relation* bumped = model.catalog.visible_relation("cache_versions");
    if (contexts.empty() || bumped == nullptr) return out;
    if (!bumped->versioned) track(*bumped, "SELECT turbo.track_contexts(");
    // UPDATE … SET version = version + 1 says nothing where there is no row.
    for (const std::string& context : contexts) {
        sql::Fragment insert("INSERT INTO ");
        insert.qualified(bumped->schema, bumped->name).raw(" (context, version) VALUES (");
        out.sql += insert.literal(context).raw(", 0) ON CONFLICT DO NOTHING;\n").text();
    }
    return out;
}

/// Says which views stay uncached although they have @cache, and which cannot be subscribed to.
void print_problems(const schema::Model& model, bool all) {
    if (all)
        for (const schema::Entity& entity : model.entities)
            if (const auto rule = schema::read_cache_rule(model.catalog, *entity.relation, "");
                rule && !rule->usable())
                fmt::print("{} cannot be subscribed to: {}\n  {}\n", name_of(*entity.relation),
                           rule->problem, rule->remedy);
    for (const schema::Entity& entity : model.entities)
        if (entity.cache != nullptr && !entity.cache->usable())
            fmt::print("{} is not cached: {}\n  {}\n", name_of(*entity.relation),
                       entity.cache->problem, entity.cache->remedy);
}

int track_tables(const Options& options, pg::Session& session) {
    if (options.module != kCache && options.module != kSubscriptions) return 0;
    const bool all = options.module == kSubscriptions;
    auto model = load_model(options);
    if (!model) return complain(model.error());
    const Tracking tracking = tracking_of(**model, all);
    if (options.print_only) {
        fmt::print("{}", tracking.sql);
        return 0;
    }
    if (!tracking.sql.empty()) {
        if (auto done = session.run_script(tracking.sql); !done)
            return complain(connection_error(done.error()));
        for (const std::string& table : tracking.tables)
            fmt::print("Writes to {} bump its version from now on.\n", table);
        model = load_model(options);
        if (!model) return complain(model.error());
    }
    print_problems(**model, all);
    return 0;
}

}  // namespace

int install_module(const Options& options) {
    const auto modules = install::modules();
    const auto module = std::find_if(modules.begin(), modules.end(),
                                     [&](const auto& each) { return each.name == options.module; });
    if (!options.view.empty() || options.without_triggers)
        return complain({.code = ErrorCode::BadRequest,
                         .message = "Only `db install tv` takes a view and --without-triggers.",
                         .hint = "fraiseql db install tv v_post"});
    if (module == modules.end()) {
        std::string names;
        for (const install::Module& each : modules)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
        return complain({.message = "There is no module \"" + options.module + "\".",
                         .hint = "There is: " + names + ", tv."});
    }
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    std::string script;
    // Subscriptions wait for the versions of the cache.
    if (module->name == kSubscriptions)
        script = std::find_if(modules.begin(), modules.end(), [](const auto& each) {
                     return each.name == kCache;
                 })->sql;
    script += module->sql;
    for (const std::string_view grant : module->grants)
        if (!options.grantee.empty())
            script += fmt::format("\n{} TO {};", grant,
                                  sql::Fragment().identifier(options.grantee).text());
    if (options.print_only) {
        fmt::print("{}\n", script);
        return track_tables(options, *session);
    }
    // One message is one transaction: all of it or nothing.
    if (auto done = session->run_script(script); !done)
        return complain(connection_error(done.error()));
    fmt::print("Installed \"{}\".\n", module->name);
    return track_tables(options, *session);
}

}  // namespace fraiseql::cli
