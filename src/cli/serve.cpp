// SPDX-License-Identifier: MIT
// `fraiseql serve`: a database as a GraphQL API, and what is said about it at the start.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/first_model.hpp"
#include "cli/posture.hpp"
#include "cli/required_modules.hpp"
#include "cli/server_settings.hpp"
#include "cli/settings_reload.hpp"
#include "cli/surroundings.hpp"
#include "fraiseql/version.hpp"
#include "pg/connect.hpp"
#include "runtime/allocation.hpp"
#include "server/server.hpp"

namespace fraiseql::cli {
namespace {

using Say = std::function<void(std::string_view line)>;

/// Of one worker, for transactions of the application's code.
constexpr std::size_t kReservedConnections = 4;

std::string count_of(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// What is exposed and what is not, and why: nobody should have to guess.
void describe_model(const Say& say, const schema::Model& model) {
    const std::int32_t version = model.catalog.server_version();
    say(fmt::format("FraiseQL {} on PostgreSQL {}.{}, database \"{}\", role \"{}\"",
                    fraiseql::version(), version / 10000, version % 10000, model.catalog.database(),
                    model.catalog.current_user().name));
    say(fmt::format("  exposed   {}, {}", count_of(model.entities.size(), "relation"),
                    count_of(model.functions.size(), "function")));
    for (const schema::Finding& finding : model.findings) {
        say(fmt::format("  note      {} {}", finding.subject, finding.message));
        if (!finding.hint.empty()) say(fmt::format("            {}", finding.hint));
    }
}

/// In production, a view that says it is cached is cached or the server does not start.
Result<void> refuse_unkept_caches(const schema::Model& model) {
    Error error{.code = ErrorCode::Configuration};
    for (const schema::Entity& entity : model.entities) {
        if (entity.cache == nullptr || entity.cache->usable()) continue;
        error.message += fmt::format("\n  {}.{}: {}", entity.relation->schema,
                                     entity.relation->name, entity.cache->problem);
        error.hint = entity.cache->remedy;
    }
    if (error.message.empty()) return {};
    error.message =
        "Views with @cache cannot be cached, so the server does not start:" + error.message;
    return fail(std::move(error));
}

void describe_authentication(const Say& say,
                             const std::optional<server::Authentication>& authentication,
                             std::size_t rules) {
    if (!authentication) {
        say("  tokens    are not looked at: no key is configured");
        if (rules > 0)
            say(fmt::format("            so nobody meets {}", count_of(rules, "@authorize rule")));
        return;
    }
    std::string settings;
    for (const auth::SettingRule& rule : authentication->settings.claims.settings)
        settings += (settings.empty() ? "" : ", ") + rule.setting;
    std::string keys;
    if (!authentication->keys->empty()) keys = count_of(authentication->keys->size(), "key");
    for (const server::KeySource& source : authentication->sources)
        keys += (keys.empty() ? "keys of " : ", ") + source.url;
    say(fmt::format("  tokens    {}, {}; they set {}", keys,
                    authentication->settings.required ? "required" : "optional", settings));
}

void describe_address(const Say& say, const EdgeOptions& edge, bool development,
                      const http::Address& address) {
    const std::string host =
        address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    const char* scheme = edge.tls_certificate.empty() ? "http" : "https";
    say(fmt::format("  GraphQL   {}://{}:{}/graphql", scheme, host, address.port));
    if (is_on(edge.graphiql, development))
        say(fmt::format("  GraphiQL  {}://{}:{}/", scheme, host, address.port));
}

Result<std::shared_ptr<server::Hasher>> make_hasher(const SessionOptions& options,
                                                    std::shared_ptr<server::Metrics> metrics) {
    return server::Hasher::make(
        {.cost = options.cost, .threads = options.threads, .count = [metrics = std::move(metrics)] {
             metrics->count_password_hash();
         }});
}

/// Security events are read by programs, but for those on a terminal with a log for people.
bool is_for_people(const Options& options) {
    return options.auth.audit_file.empty() &&
           options.observe.log_format == server::LogFormat::Human && isatty(STDERR_FILENO) == 1;
}

void surround(const Surroundings& surroundings, server::Settings& settings) {
    settings.listens = surroundings.listens;
    settings.intakes = surroundings.intakes;
    if (surroundings.run) settings.run = surroundings.run;
}

/// What PostgreSQL has to offer the workers, where that is not enough.
Result<void> say_connections(const Say& say, const Options& options, bool away,
                             const server::Settings& settings) {
    if (!options.pool.direct_database.empty()) {
        auto direct = check_database_tls(options.pool.direct_database, is_development(options));
        if (!direct) return fail(std::move(direct).error());
    }
    if (away) return {};
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    FRAISEQL_TRY(const std::string warning, check_connections(*session, settings));
    if (!warning.empty()) say("  warning   connections: " + warning);
    if (!options.pool.ready_if.empty()) {
        FRAISEQL_TRY(const std::string missing, check_ready_if(*session, options.pool.ready_if));
        if (!missing.empty()) say("  warning   " + missing);
    }
    if (options.pool.direct_database.empty() && pg::is_pooled(session->connection()))
        say("  warning   --database leads to a pooler: without --direct-database, changes are "
            "looked "
            "for every second, and materialized views are not refreshed");
    return {};
}

}  // namespace

bool is_development(const Options& options) {
    if (options.environment == Environment::Automatic) return is_loopback(options.listen);
    return options.environment == Environment::Development;
}

Result<void> serve(const Options& options, const Surroundings& surroundings) {
    const Say& say = surroundings.say;
    http::Address address;
    if (surroundings.listens) {
        FRAISEQL_TRY(address, http::read_address(options.listen));
    }
    FRAISEQL_TRY(Access access, read_access(options));
    auto first = first_model(options);
    if (!first) return fail(first.error());
    const bool sessions = access.authentication && access.authentication->sessions;
    if (auto checked = check_modules(first->model->catalog, options.auth, sessions); !checked)
        return fail(checked.error());
    auto audit = server::Audit::open({.file = options.auth.audit_file,
                                      .human = is_for_people(options),
                                      .conninfo = options.auth.audit_rows ? options.database : ""});
    if (!audit) return fail(audit.error());
    describe_model(say, *first->model);
    if (first->unverified)
        say(fmt::format("  schema    from {}, until the database is there", options.schema_cache));
    if (!options.settings_file.empty()) say(fmt::format("  settings  {}", options.settings_file));
    if (!access.database_tls.empty()) say("  database  " + access.database_tls);
    describe_authentication(say, access.authentication, first->model->rules.size());
    const std::shared_ptr<server::LogWriter> log = make_log(options.observe);
    server::Settings settings = plain_settings(options, log);
    if (options.model.definitions) settings.reserved_connections = kReservedConnections;
    const auto is_safe = [&options](const schema::Model& each) -> Result<void> {
        if (is_development(options)) return {};
        return refuse_leaks(each, options.auth.allowed_bypass);
    };
    settings.schema_watch.accept = [&options, is_safe](const schema::Model& each) -> Result<void> {
        if (auto checked = check_rules(options.database, each); !checked) return checked;
        return is_safe(each);
    };
    // Without the database, conditions of rules that it does not understand fail when they run.
    const auto safe =
        first->unverified ? is_safe(*first->model) : settings.schema_watch.accept(*first->model);
    if (!safe) return fail(safe.error());
    // Only now: a later model in which a view cannot be cached is served without its cache.
    if (!is_development(options) && options.cache_memory > 0)
        if (auto kept = refuse_unkept_caches(*first->model); !kept) return fail(kept.error());
    if (sessions) {
        auto hasher = make_hasher(options.auth.sessions, settings.router.metrics);
        if (!hasher) return fail(hasher.error());
        access.authentication->sessions->hasher = std::move(*hasher);
    }
    if (auto checked = say_connections(say, options, first->unverified, settings); !checked)
        return checked;
    settings.router.audit = *audit;
    settings.listen.address = address;
    settings.old_schema = first->unverified;
    surround(surroundings, settings);
    if (auto completed =
            complete_settings(options, std::move(access), *first->model, false, settings);
        !completed)
        return fail(completed.error());
    if (settings.replicas)
        say(fmt::format("  reads     from {}, at most {} ms behind; else from the primary",
                        count_of(settings.replicas->targets.size(), "replica"),
                        options.replicas.max_lag));
    settings.file = options.settings_file;
    settings.file_text = options.settings_text;
    settings.read_again = read_again(options, surroundings.listens, settings, log);
    settings.on_started = [edge = options.edge, development = is_development(options),
                           said = describe_edge(options.edge, is_development(options), settings),
                           observe = options.observe, log = settings.log, audit = *audit,
                           posture = describe_posture(options, settings),
                           &surroundings](const http::Address& at) {
        audit->record({.event = server::AuditEvent::Started, .detail = posture});
        if (surroundings.listens) describe_address(surroundings.say, edge, development, at);
        surroundings.say("  " + said);
        if (surroundings.listens) log_start(observe, log, at);
        if (surroundings.on_started) surroundings.on_started(at, log);
    };
    return server::serve(std::move(settings), std::move(first->model), std::move(first->catalog));
}

int serve(Options options) {
    runtime::keep_freed_memory();
    Surroundings surroundings;
    surroundings.say = [](std::string_view line) { fmt::print("{}\n", line); };
    surroundings.on_started = [](const http::Address&, const Log&) { std::fflush(stdout); };
    const auto served = serve(options, surroundings);
    return served ? 0 : complain(served.error());
}

}  // namespace fraiseql::cli
