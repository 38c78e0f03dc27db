// SPDX-License-Identifier: MIT
#include "cli/auth_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/secret_file.hpp"
#include "config/sources.hpp"
#include "fetch/fetch.hpp"

namespace fraiseql::cli {
namespace {

constexpr const char* kSecretVariable = "FRAISEQL_JWT_SECRET";

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

/// The keys of the file and of the secret; empty where neither is given.
Result<auth::Keys> read_keys(const AuthOptions& options) {
    const char* secret = std::getenv(kSecretVariable);
    const int sources = (options.jwks_file.empty() ? 0 : 1) + (options.jwks_urls.empty() ? 0 : 1) +
                        (options.secret_file.empty() ? 0 : 1) + (secret == nullptr ? 0 : 1);
    if (sources > 1)
        return wrong("There are several sources of keys for tokens.",
                     "Give one of --jwks-url, --jwks-file, --jwt-secret-file and "
                     "FRAISEQL_JWT_SECRET.");
    if (!options.jwks_file.empty()) {
        if (options.jwks_file.find("://") != std::string::npos)
            return wrong("--jwks-file names a file, not a URL.",
                         "Give it as --jwks-url: then the server follows its changes.");
        FRAISEQL_TRY(const std::string text, config::read_small_file(options.jwks_file));
        return auth::read_key_set(text);
    }
    if (sources == 0 || !options.jwks_urls.empty()) return auth::Keys{};
    std::string text = secret != nullptr ? secret : "";
    if (!options.secret_file.empty()) {
        FRAISEQL_TRY(text, config::read_small_file(options.secret_file));
    }
    FRAISEQL_TRY(auth::Key key, auth::make_secret_key(without_line_end(std::move(text))));
    return auth::Keys{std::move(key)};
}

/// Reads `URL` or `issuer=URL`. The issuer may be a URL itself.
Result<server::KeySource> read_key_source(const std::string& text) {
    server::KeySource source{.url = text};
    for (const std::string_view scheme : {"=https://", "=http://"})
        if (const std::size_t at = text.find(scheme);
            at != std::string::npos && text.substr(0, at).find('?') == std::string::npos) {
            source.issuer = text.substr(0, at);
            source.url = text.substr(at + 1);
        }
    if (auto checked = fetch::check_url(source.url); !checked)
        return fail(ErrorCode::Configuration, "--jwks-url: " + checked.error().message,
                    checked.error().hint);
    return source;
}

/// Keys of one issuer must not vouch for another.
Result<std::vector<server::KeySource>> read_key_sources(const AuthOptions& options) {
    std::vector<server::KeySource> sources;
    for (const std::string& text : options.jwks_urls) {
        FRAISEQL_TRY(server::KeySource source, read_key_source(text));
        if (source.issuer.empty() && options.jwks_urls.size() > 1)
            return wrong(fmt::format("Of several --jwks-url, \"{}\" names no issuer.", text),
                         "Write each as 'issuer=https://…': its keys then sign for that issuer.");
        sources.push_back(std::move(source));
    }
    if (!options.jwks_authorities_file.empty()) {
        if (sources.empty()) return wrong("--jwks-ca-file is for --jwks-url, which is not there.");
        FRAISEQL_TRY(const std::string text,
                     config::read_small_file(options.jwks_authorities_file));
        if (text.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
            return wrong(
                fmt::format("{} has no certificate in PEM.", options.jwks_authorities_file));
    }
    return sources;
}

void add_audience(CLI::App& command, AuthOptions& options) {
    command.add_option("--jwt-audience", options.audiences, "audience (aud) that tokens must have")
        ->type_name("NAME");
}

void add_claim_options(CLI::App& command, AuthOptions& options) {
    command
        .add_option("--jwt-preset", options.preset,
                    "where claims are: auth0, keycloak, cognito or supabase")
        ->type_name("NAME");
    command.add_option("--jwt-roles-claim", options.roles_claims, "claim that lists roles")
        ->type_name("PATH");
    command
        .add_option("--jwt-permissions-claim", options.permissions_claims,
                    "claim that lists permissions")
        ->type_name("PATH");
    command.add_option("--jwt-tenant-claim", options.tenant_claims, "claim that names the tenant")
        ->type_name("PATH");
    command
        .add_option("--jwt-setting", options.settings,
                    "PostgreSQL setting that a claim goes to, e.g. app.org_id=org.id; always: "
                    "app.user_id and app.tenant_id")
        ->type_name("SETTING=PATH");
    command
        .add_option("--jwt-claims-setting", options.claims_setting,
                    "PostgreSQL setting for all claims as JSON, e.g. request.jwt.claims")
        ->type_name("SETTING");
    command
        .add_option("--database-role-claim", options.database_role_claim,
                    "claim that names the PostgreSQL role of a request")
        ->type_name("PATH");
    command.add_option("--database-roles", options.database_roles, "roles that the claim may name")
        ->delimiter(',')
        ->type_name("ROLE,…");
    command
        .add_option("--anonymous-role", options.anonymous_role,
                    "PostgreSQL role of requests without a token, or without that claim")
        ->type_name("ROLE");
}

}  // namespace

void add_authentication(CLI::App& command, AuthOptions& options) {
    command
        .add_option("--jwks-file", options.jwks_file,
                    "keys that sign tokens, as a JWK set; a secret instead: FRAISEQL_JWT_SECRET")
        ->type_name("FILE");
    command
        .add_option("--jwks-url", options.jwks_urls,
                    "where an issuer publishes them, followed as they change; of several, each as "
                    "issuer=URL")
        ->delimiter(',')
        ->type_name("URL");
    command
        .add_option("--jwks-ca-file", options.jwks_authorities_file,
                    "certificates to trust there, in place of the system's")
        ->type_name("FILE");
    command.add_option("--jwt-secret-file", options.secret_file, "secret that signs tokens")
        ->type_name("FILE");
    command.add_option("--jwt-issuer", options.issuers, "issuer (iss) whose tokens count")
        ->type_name("NAME");
    command.add_option("--jwt-leeway", options.leeway, "seconds by which clocks may differ")
        ->check(CLI::Range(0, 600))
        ->capture_default_str();
    command.add_flag("--require-token", options.required, "answer only requests with a token");
    command.add_flag("--rbac", options.rbac,
                     "add the roles and permissions that the database grants (db install rbac)");
    command.add_flag("--show-forbidden", options.show_forbidden,
                     "let introspection show fields that @authorize keeps from who asks");
    command
        .add_option("--allow-rls-bypass", options.allowed_bypass,
                    "relation that is meant to read past row-level security (check rls)")
        ->delimiter(',')
        ->type_name("NAME,…");
    command
        .add_option("--audit-log", options.audit_file,
                    "file that gets security events, one JSON object a line; default: the standard "
                    "error")
        ->type_name("FILE");
    command.add_flag("--audit-rows", options.audit_rows,
                     "write security events to the database, too (db install audit)");
    add_sessions(command, options.sessions);
    add_claims(command, options);
}

bool says_anything(const AuthOptions& options) {
    return options.required || options.rbac || !options.issuers.empty() ||
           !options.audiences.empty() || !options.preset.empty() || !options.roles_claims.empty() ||
           !options.permissions_claims.empty() || !options.tenant_claims.empty() ||
           !options.settings.empty() || !options.claims_setting.empty() ||
           !options.database_role_claim.empty() || !options.database_roles.empty() ||
           !options.anonymous_role.empty();
}

Result<auth::ClaimMap> read_claim_map(const AuthOptions& options) {
    auth::ClaimMap map;
    if (!options.preset.empty()) {
        const std::string audience = options.audiences.empty() ? "" : options.audiences.front();
        if (audience.empty() && (options.preset == "auth0" || options.preset == "keycloak"))
            return wrong(
                fmt::format("The claims of {} have the API's name in theirs.", options.preset),
                "Give --jwt-audience, too.");
        FRAISEQL_TRY(map, auth::claim_preset(options.preset, audience));
    }
    if (!options.roles_claims.empty()) map.roles = options.roles_claims;
    if (!options.permissions_claims.empty()) map.permissions = options.permissions_claims;
    if (!options.tenant_claims.empty()) map.tenant = options.tenant_claims;
    for (const std::string& text : options.settings) {
        FRAISEQL_TRY(auth::SettingRule rule, auth::read_setting_rule(text));
        map.settings.push_back(std::move(rule));
    }
    map.claims_setting = options.claims_setting;
    if (!options.database_role_claim.empty()) map.database_role = {options.database_role_claim};
    map.database_roles = options.database_roles;
    map.anonymous_role = options.anonymous_role;
    return auth::complete(std::move(map));
}

void add_claims(CLI::App& command, AuthOptions& options) {
    add_audience(command, options);
    add_claim_options(command, options);
}

Result<server::AdminSettings> read_admin(const std::string& file, bool development) {
    const char* given = std::getenv("FRAISEQL_ADMIN_TOKEN");
    if (given != nullptr && !file.empty())
        return wrong("There are two admin tokens.",
                     "Give one of --admin-token-file and FRAISEQL_ADMIN_TOKEN.");
    if (given != nullptr) return server::admin_settings(given);
    if (file.empty()) return server::AdminSettings{.open_on_loopback = development};
    FRAISEQL_TRY(const std::string token, config::read_small_file(file));
    return server::admin_settings(without_line_end(token));
}

Result<std::optional<server::Authentication>> read_authentication(const AuthOptions& options) {
    FRAISEQL_TRY(auth::Keys keys, read_keys(options));
    FRAISEQL_TRY(std::vector<server::KeySource> sources, read_key_sources(options));
    FRAISEQL_TRY(auto sessions, read_sessions(options.sessions));
    if (sessions) keys.push_back(sessions->signer->key());
    if (keys.empty() && sources.empty()) {
        if (says_anything(options))
            return wrong("There are rules for tokens, but no key that could verify one.",
                         "Give --jwks-url, --jwks-file, --jwt-secret-file, FRAISEQL_JWT_SECRET or "
                         "--session-key-file.");
        return std::optional<server::Authentication>{};
    }
    FRAISEQL_TRY(auth::ClaimMap claims, read_claim_map(options));
    // What auth.fn_sessions knows the session of the request by.
    if (sessions) claims.settings.push_back({"app.session_id", {"sid"}});
    server::Authentication out;
    out.sessions = std::move(sessions);
    out.keys = std::make_shared<const auth::Keys>(std::move(keys));
    out.sources = std::move(sources);
    out.authorities_file = options.jwks_authorities_file;
    out.grants = options.rbac;
    out.settings.policy.issuers = options.issuers;
    out.settings.policy.audiences = options.audiences;
    out.settings.policy.leeway = options.leeway;
    out.settings.claims = std::move(claims);
    out.settings.required = options.required;
    return std::optional<server::Authentication>(std::move(out));
}

}  // namespace fraiseql::cli
