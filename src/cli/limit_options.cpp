// SPDX-License-Identifier: MIT
// How often, by whom and at what cost: the options of limits.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/suggest.hpp"
#include "cli/edge_options.hpp"

namespace fraiseql::cli {
namespace {

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

Result<std::vector<Network>> read_networks(const std::string& option,
                                           const std::vector<std::string>& texts) {
    std::vector<Network> out;
    for (const std::string& text : texts) {
        auto network = read_network(text);
        if (!network) return wrong(option + ": " + network.error().message, network.error().hint);
        out.push_back(*network);
    }
    return out;
}

/// A rule on a field that does not exist would never be met.
Result<void> check_fields(const limit::Rule& rule, const schema::Model& model) {
    std::vector<std::string_view> known;
    for (const graphql::NamedType* type : {model.schema->query(), model.schema->mutation()})
        if (type != nullptr)
            for (const graphql::FieldDef& field : type->fields)
                known.push_back(field.name);
    for (const std::string& name : rule.on_fields) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string hint = did_you_mean(name, known);
        if (hint.empty()) hint = "Name root fields of queries and mutations.";
        return wrong(fmt::format("The rate limit \"{}\" is on a field that does not exist: \"{}\".",
                                 rule.text, name),
                     std::move(hint));
    }
    return {};
}

Result<void> read_rules(const EdgeOptions& options, const schema::Model& model,
                        server::LimitSettings& out) {
    for (const std::string& text : options.rate_limits) {
        FRAISEQL_TRY(limit::Rule rule, limit::read_rule(text));
        for (const limit::Rule& other : out.rules)
            if (other.text == rule.text)
                return wrong("The rate limit \"" + rule.text + "\" is there twice.");
        if (auto checked = check_fields(rule, model); !checked) return checked;
        const bool has_key = model.definitions && model.definitions->rate_key;
        if (rule.by_custom && !has_key)
            return wrong("The rate limit \"" + rule.text + "\" needs a key of the application's.",
                         "The program says it with application::rate_key().");
        out.rules.push_back(std::move(rule));
    }
    if (!out.rules.empty()) return {};
    if (!options.rate_limit_store.empty())
        return wrong("--rate-limit-store is there, but nothing to count in it.",
                     "Add rules with --rate-limit.");
    if (!options.unlimited_addresses.empty())
        return wrong("--unlimited-address is there, but no limit.", "Add rules with --rate-limit.");
    return {};
}

Result<void> open_store(const EdgeOptions& options, const schema::Model& model,
                        const server::Settings& settings, server::LimitSettings& out) {
    std::unique_ptr<server::LimitStore> store;
    if (options.rate_limit_store == "database") {
        const auto functions = model.catalog.functions("limits", "take");
        if (functions.empty() || !functions.front()->can_execute)
            return wrong(
                "--rate-limit-store: the database has no limits.take that the role may "
                "call.",
                fmt::format("Run `fraiseql db install limits --role {}`.",
                            model.catalog.current_user().name));
        store = server::make_database_limit_store(settings.pool.conninfo);
    } else {
        FRAISEQL_TRY(store, server::make_redis_limit_store(options.rate_limit_store));
    }
    out.shared = std::make_shared<server::SharedLimits>(std::move(store), settings.log);
    return {};
}

}  // namespace

void add_limit_options(CLI::App& command, EdgeOptions& options) {
    command
        .add_option("--rate-limit", options.rate_limits,
                    "requests that are let through, e.g. 'ip 600/1m burst 100' or 'user 10/1h "
                    "sliding on createPost'; keys: ip, user, tenant, operation, custom")
        ->delimiter(';')
        ->type_name("RULE;…");
    command
        .add_option("--rate-limit-store", options.rate_limit_store,
                    "where servers count together: database, or redis://HOST; otherwise each for "
                    "itself")
        ->type_name("URL");
    command
        .add_option("--rate-limit-fallback", options.rate_limit_fallback,
                    "while that is away: server: each counts for itself; refuse: 503")
        ->check(CLI::IsMember({"server", "refuse"}).description(""))
        ->type_name("server|refuse")
        ->capture_default_str();
    const auto add_networks = [&](const char* name, std::vector<std::string>& networks,
                                  const char* purpose) {
        command.add_option(name, networks, purpose)->delimiter(',')->type_name("CIDR,…");
    };
    add_networks("--deny-address", options.denied_addresses,
                 "network whose clients are refused (403)");
    add_networks("--allow-address", options.allowed_addresses,
                 "network whose clients are answered, and no others");
    add_networks("--unlimited-address", options.unlimited_addresses,
                 "network whose clients are not counted");
    command
        .add_option("--max-concurrent-requests", options.max_concurrent_requests,
                    "requests of one user, or of one address without a token, at a time; 0: any")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command
        .add_option(
            "--max-plan-cost", options.max_plan_cost,
            "most that PostgreSQL may expect a query to cost that is not registered, in its "
            "planner's units; 0: any")
        ->check(CLI::Range(0.0, 1e15))
        ->default_str("0");
}

Result<void> apply_limits(const EdgeOptions& options, const schema::Model& model,
                          server::Settings& settings, bool again) {
    server::LimitSettings out;
    if (auto read = read_rules(options, model, out); !read) return read;
    FRAISEQL_TRY(out.denied, read_networks("--deny-address", options.denied_addresses));
    FRAISEQL_TRY(out.allowed, read_networks("--allow-address", options.allowed_addresses));
    FRAISEQL_TRY(out.unlimited, read_networks("--unlimited-address", options.unlimited_addresses));
    for (const Network& network : out.allowed)
        if (std::find(out.denied.begin(), out.denied.end(), network) != out.denied.end())
            return wrong(fmt::format("{}/{} is both denied and allowed.",
                                     to_string(network.address), network.prefix),
                         "Keep one of both.");
    out.most_in_flight = options.max_concurrent_requests;
    out.refuse_while_away = options.rate_limit_fallback == "refuse";
    const bool stores = !options.rate_limit_store.empty();
    if (out.refuse_while_away && !stores)
        return wrong("--rate-limit-fallback is for --rate-limit-store, which is not there.");
    if (stores && !again)
        if (auto opened = open_store(options, model, settings, out); !opened) return opened;
    if (!out.rules.empty() || !out.denied.empty() || !out.allowed.empty() || out.most_in_flight > 0)
        settings.router.limits = std::make_shared<server::LimitState>(std::move(out));
    return {};
}

}  // namespace fraiseql::cli
