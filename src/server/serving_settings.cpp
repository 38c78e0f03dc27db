// SPDX-License-Identifier: MIT
#include "server/serving_settings.hpp"

#include "server/server.hpp"

namespace fraiseql::server {
namespace {

http::Intaking intaking_of(const Settings& settings) {
    return {.limits = settings.listen.limits,
            .proxies = settings.listen.proxies,
            .max_connections = settings.listen.max_connections};
}

engine::Settings replaced(const engine::Settings& running, const engine::Settings& next) {
    engine::Settings out = running;
    out.compile.default_page_size = next.compile.default_page_size;
    out.compile.max_page_size = next.compile.max_page_size;
    out.limits = next.limits;
    out.max_plan_cost = next.max_plan_cost;
    out.expose_errors = next.expose_errors;
    out.max_list_items = next.max_list_items;
    out.introspection = next.introspection;
    out.hide_forbidden = next.hide_forbidden;
    out.slow_after = next.slow_after;
    return out;
}

WatchSettings replaced(const WatchSettings& running, const WatchSettings& next) {
    WatchSettings out = running;
    out.sample = next.sample;
    out.trusted = next.trusted;
    out.sql_comments = next.sql_comments;
    out.access_log = next.access_log;
    return out;
}

/// Clients that have used up what they may stay where they are, for rules that stay.
std::shared_ptr<LimitState> replaced(const std::shared_ptr<LimitState>& running,
                                     const std::shared_ptr<LimitState>& next,
                                     const std::shared_ptr<LimitCounts>& counts) {
    if (next == nullptr) return nullptr;
    LimitSettings settings = next->settings;
    if (running == nullptr)
        return std::make_shared<LimitState>(std::move(settings), counts, nullptr);
    settings.shared = running->settings.shared;
    return std::make_shared<LimitState>(std::move(settings), counts, running->table);
}

}  // namespace

ServingSettings serving_settings(const Settings& settings) {
    auto router = std::make_shared<RouterSettings>(settings.router);
    auto engine = std::make_shared<engine::Settings>(settings.engine);
    if (!engine->log) engine->log = settings.log;
    router->engine = std::move(engine);
    return {std::move(router), intaking_of(settings)};
}

ServingSettings replaced(const ServingSettings& running, const Settings& next) {
    auto router = std::make_shared<RouterSettings>(*running.router);
    router->engine =
        std::make_shared<const engine::Settings>(replaced(*router->engine, next.engine));
    router->watch = replaced(router->watch, next.router.watch);
    router->find_asset = next.router.find_asset;
    router->admin = next.router.admin;
    router->cors = next.router.cors;
    router->limits = replaced(router->limits, next.router.limits, router->limit_counts);
    router->expose_errors = next.router.expose_errors;
    router->sockets.websocket.max_message = next.router.sockets.websocket.max_message;
    return {std::move(router), intaking_of(next)};
}

}  // namespace fraiseql::server
