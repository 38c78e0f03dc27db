// SPDX-License-Identifier: MIT
#include "cli/edge_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "cli/choice.hpp"
#include "pg/conninfo.hpp"

namespace fraiseql::cli {
namespace {

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

void add_tls(CLI::App& command, EdgeOptions& options) {
    command
        .add_option("--tls-certificate", options.tls_certificate,
                    "certificates in PEM, the server's own first; read again when they change")
        ->type_name("FILE");
    command.add_option("--tls-key", options.tls_key, "the certificate's key in PEM")
        ->type_name("FILE");
    command.add_flag("--tls-terminated", options.tls_terminated,
                     "a proxy in front speaks TLS with clients");
    command
        .add_option("--hsts-max-age", options.hsts_max_age,
                    "seconds for which browsers come back by TLS only, where there is TLS and in "
                    "production; 0: not at all")
        ->check(CLI::Range(0, 63'072'000))
        ->capture_default_str();
}

void add_origins(CLI::App& command, EdgeOptions& options) {
    command
        .add_option("--cors-origin", options.cors_origins,
                    "origin whose pages may read answers; * for all, without cookies")
        ->delimiter(',')
        ->type_name("ORIGIN,…");
    command.add_flag("--cors-credentials", options.cors_credentials,
                     "they may send cookies, and read what comes back");
    command
        .add_option("--trusted-proxy", options.trusted_proxies,
                    "network of proxies whose word on who sends a request counts")
        ->delimiter(',')
        ->type_name("CIDR,…");
    command
        .add_option("--forwarded-header", options.forwarded_header,
                    "where they say it: X-Forwarded-For or Forwarded; the other does not count")
        ->check(CLI::IsMember({"X-Forwarded-For", "Forwarded"}, CLI::ignore_case).description(""))
        ->type_name("NAME")
        ->capture_default_str();
    command
        .add_option("--max-connections", options.max_connections,
                    "connections of clients at a time, of all workers together")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
}

void add_switches(CLI::App& command, EdgeOptions& options) {
    const std::map<std::string, Switch> choices = {
        {"auto", Switch::Automatic}, {"on", Switch::On}, {"off", Switch::Off}};
    const auto add = [&](const char* name, Switch& choice, const char* purpose) {
        command.add_option(name, choice, purpose)
            ->transform(one_of(choices))
            ->type_name("on|off|auto")
            ->default_str("auto");
    };
    add("--introspection", options.introspection,
        "answer __schema and __type; auto: in development");
    add("--graphiql", options.graphiql, "serve the page at /; auto: in development");
    add("--error-details", options.error_details,
        "tell clients what PostgreSQL says of unexpected errors; auto: in development");
    add("--admin", options.admin,
        "/admin; auto: with an admin token, and in development on this machine without");
    add("--metrics", options.metrics, "/metrics; auto: in production for private addresses only");
}

/// Whether libpq would take another server for the database, or none but this machine's.
bool is_local(const std::string& hosts) {
    std::string_view rest = hosts;
    while (true) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view host = rest.substr(0, comma);
        const bool local = host.empty() || host.starts_with('/') || host.starts_with('@') ||
                           host == "localhost" || host == "::1" || host.starts_with("127.");
        if (!local) return false;
        if (comma == rest.size()) return true;
        rest.remove_prefix(comma + 1);
    }
}

Result<void> apply_tls(const EdgeOptions& options, bool development, server::Settings& settings) {
    if (options.tls_certificate.empty() != options.tls_key.empty())
        return wrong("TLS needs a certificate and its key.",
                     "Give both --tls-certificate and --tls-key.");
    const bool tls = !options.tls_certificate.empty();
    if (tls && options.tls_terminated)
        return wrong(
            "--tls-terminated says that a proxy speaks TLS, --tls-certificate that this "
            "server does.",
            "Keep the one that clients meet first.");
    if (tls)
        settings.certificate = server::CertificateFiles{.certificate = options.tls_certificate,
                                                        .key = options.tls_key};
    settings.listen.fixed_fields =
        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
    // In development it would lock the browser out of everything else on this host.
    if ((tls || options.tls_terminated) && !development && options.hsts_max_age > 0)
        settings.listen.fixed_fields +=
            fmt::format("Strict-Transport-Security: max-age={}\r\n", options.hsts_max_age);
    return {};
}

Result<http::Proxies> read_proxies(const EdgeOptions& options) {
    http::Proxies out;
    for (const std::string& text : options.trusted_proxies) {
        auto network = read_network(text);
        if (!network)
            return wrong("--trusted-proxy: " + network.error().message, network.error().hint);
        if (network->prefix == 0 || (network->prefix == 96 && network->address.is_v4()))
            return wrong("--trusted-proxy " + text + " would believe everybody.",
                         "Name the networks that your proxies are in.");
        out.trusted.push_back(*network);
    }
    if (http::equal_ignoring_case(options.forwarded_header, "Forwarded")) {
        out.header = http::Proxies::Header::Forwarded;
        if (out.trusted.empty())
            return wrong("--forwarded-header is there, but no proxy that is trusted to set it.",
                         "Name them with --trusted-proxy.");
    }
    return out;
}

}  // namespace

void add_edge(CLI::App& command, EdgeOptions& options) {
    add_tls(command, options);
    add_origins(command, options);
    add_limit_options(command, options);
    add_switches(command, options);
}

Result<void> apply_edge(const EdgeOptions& options, bool development, server::Settings& settings) {
    if (auto applied = apply_tls(options, development, settings); !applied) return applied;
    FRAISEQL_TRY(settings.router.cors,
                 server::read_cors(options.cors_origins, options.cors_credentials));
    FRAISEQL_TRY(settings.listen.proxies, read_proxies(options));
    settings.listen.max_connections =
        std::max<std::size_t>(1, options.max_connections / settings.workers);
    if (options.admin == Switch::Off && !settings.router.admin.token_digest.empty())
        return wrong("--admin off leaves nothing to the admin token.", "Keep one of both.");
    if (options.admin == Switch::Off) settings.router.admin.open_on_loopback = false;
    if (options.admin == Switch::On && settings.router.admin.token_digest.empty() &&
        !settings.router.admin.open_on_loopback)
        return wrong("--admin on needs an admin token.",
                     "Give --admin-token-file or FRAISEQL_ADMIN_TOKEN.");
    settings.router.expose_errors = is_on(options.error_details, development);
    settings.engine.expose_errors = settings.router.expose_errors;
    settings.engine.max_plan_cost = options.max_plan_cost;
    settings.engine.introspection = is_on(options.introspection, development);
    if (!is_on(options.graphiql, development)) settings.router.find_asset = {};
    if (options.metrics == Switch::Off) {
        settings.router.metrics_for = server::Audience::Nobody;
        settings.router.metrics = nullptr;
    }
    if (options.metrics == Switch::Automatic && !development)
        settings.router.metrics_for = server::Audience::PrivateAddresses;
    return {};
}

std::string describe_edge(const EdgeOptions& options, bool development,
                          const server::Settings& settings) {
    std::string on;
    std::string off;
    const auto add = [&](bool open, const char* name) {
        std::string& list = open ? on : off;
        list += (list.empty() ? "" : ", ") + std::string(name);
    };
    add(is_on(options.graphiql, development), "GraphiQL");
    add(settings.engine.introspection, "introspection");
    add(settings.engine.expose_errors, "error details");
    add(!settings.router.admin.token_digest.empty() || settings.router.admin.open_on_loopback,
        "/admin");
    return fmt::format("{}: on {}; off {}", development ? "development" : "production",
                       on.empty() ? "nothing" : on, off.empty() ? "nothing" : off);
}

Result<std::string> check_database_tls(const std::string& conninfo, bool development) {
    FRAISEQL_TRY(const pg::DatabaseTls tls, pg::tls_of(conninfo));
    if (is_local(tls.hosts)) return std::string();
    if (tls.mode == "verify-full") return std::string();
    if (tls.mode == "verify-ca" || tls.mode == "require")
        return fmt::format("sslmode={} does not check that \"{}\" is who answers; verify-full does",
                           tls.mode, tls.hosts);
    if (tls.mode == "disable" || development)
        return fmt::format("the connection to \"{}\" is {}in the clear", tls.hosts,
                           tls.mode == "disable" ? "" : "perhaps ");
    return wrong(
        fmt::format("The connection to the database at \"{}\" could be one in the clear, without "
                    "anybody noticing (sslmode={}).",
                    tls.hosts, tls.mode),
        "Add sslmode=verify-full and sslrootcert=FILE (or sslrootcert=system with libpq 16) to its "
        "URL; sslmode=disable where the network itself is trusted.");
}

}  // namespace fraiseql::cli
