// SPDX-License-Identifier: MIT
#include "cli/server_settings.hpp"

#include <chrono>
#include <thread>

#include "cli/catalog_file.hpp"
#include "server/admin_http.hpp"
#include "web/assets.hpp"

namespace fraiseql::cli {
namespace {

std::optional<server::Asset> find_any(std::string_view path) {
    const web::Asset* asset = web::find_asset(path);
    if (asset == nullptr) return std::nullopt;
    return server::Asset{asset->content_type, asset->etag, asset->body, asset->gzip_body};
}

std::optional<server::Asset> find_page(std::string_view path) {
    return server::AdminHttp::has(path) ? std::nullopt : find_any(path);
}

std::optional<server::Asset> find_admin_page(std::string_view path) {
    return server::AdminHttp::has(path) ? find_any(path) : std::nullopt;
}

}  // namespace

bool is_loopback(std::string_view listen) {
    return listen.starts_with("127.") || listen.starts_with("localhost:") ||
           listen.starts_with("[::1]:");
}

Result<Access> read_access(const Options& options) {
    if (options.default_page_size > options.max_page_size)
        return fail({.message = "--default-page-size is larger than --max-page-size.",
                     .hint = "Lower the one or raise the other."});
    if (options.only_registered && options.adaptive_operations > 0)
        return fail({.message = "--adaptive-operations does not go with --only-registered.",
                     .hint = "What clients call often would get into the list of what they "
                             "may call: leave the one or the other out."});
    Access out;
    const bool development = is_development(options);
    FRAISEQL_TRY(out.authentication, read_authentication(options.auth));
    FRAISEQL_TRY(out.admin,
                 read_admin(options.admin_token_file, development && is_loopback(options.listen)));
    FRAISEQL_TRY(out.database_tls, check_database_tls(options.database, development));
    return out;
}

server::Settings plain_settings(const Options& options,
                                const std::shared_ptr<server::LogWriter>& log) {
    server::Settings settings;
    settings.log = server::log_to(log);
    settings.log_writer = log;
    settings.listen.limits.body = options.max_body_bytes;
    settings.router.metrics = std::make_shared<server::Metrics>();
    settings.router.find_asset = find_page;
    settings.router.find_admin_asset = find_admin_page;
    settings.pool.conninfo = options.database;
    settings.pool.statement_timeout = std::chrono::seconds(options.timeout);
    // What the form of values depends on, whatever the database or the role is set to.
    settings.pool.session_settings = {{"timezone", "UTC"},     {"intervalstyle", "iso_8601"},
                                      {"bytea_output", "hex"}, {"extra_float_digits", "1"},
                                      {"array_nulls", "on"},   {"client_encoding", "UTF8"}};
    settings.workers =
        options.workers != 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency());
    apply_pool(options.pool, settings);
    settings.engine.compile = {options.default_page_size, options.max_page_size};
    settings.engine.max_list_items = options.max_list_items;
    settings.refresh = options.refresh;
    settings.engine.limits = options.limits;
    settings.engine.timeout = std::chrono::seconds(options.timeout);
    settings.schema_watch.model = options.model;
    settings.schema_watch.poll = std::chrono::seconds(options.schema_poll);
    if (!options.schema_cache.empty())
        settings.schema_watch.keep = [path = options.schema_cache,
                                      log = settings.log](const catalog::Document& each) {
            if (auto kept = write_catalog_file(path, each); !kept)
                log(LogEntry::error(to_string(kept.error())));
        };
    settings.shutdown_delay = std::chrono::seconds(options.shutdown_delay);
    settings.engine.hide_forbidden = !options.auth.show_forbidden;
    settings.engine.plan_cache_bytes = (options.plan_cache << 20U) / settings.workers;
    settings.engine.only_registered = options.only_registered;
    settings.engine.cache.memory_bytes = (options.cache_memory << 20U) / settings.workers;
    settings.engine.cache.lease = std::chrono::milliseconds(options.cache_lease);
    settings.engine.cache.store_after = std::chrono::milliseconds(options.cache_store_after);
    settings.cache_database = options.cache_database;
    if (options.persisted_queries)
        settings.engine.persisted =
            std::make_shared<turbo::PersistedTexts>(options.plan_cache << 17U);
    settings.operations_folder = options.operations;
    settings.adaptive_operations = options.adaptive_operations;
    return settings;
}

Result<void> complete_settings(const Options& options, Access access, const schema::Model& model,
                               bool again, server::Settings& settings) {
    const bool development = is_development(options);
    settings.router.authentication = std::move(access.authentication);
    settings.router.admin = std::move(access.admin);
    if (auto applied = apply_edge(options.edge, development, settings); !applied) return applied;
    apply_sockets(options.sockets, options.max_body_bytes, settings);
    const bool tls = !options.edge.tls_certificate.empty() || options.edge.tls_terminated;
    if (auto applied = apply_replicas(options.replicas, development, tls, settings); !applied)
        return applied;
    if (auto applied = apply_limits(options.edge, model, settings, again); !applied) return applied;
    return apply_observation(options.observe, std::string(model.catalog.database()), settings);
}

}  // namespace fraiseql::cli
