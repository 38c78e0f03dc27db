// SPDX-License-Identifier: MIT
#include "cli/reloadable.hpp"

#include <algorithm>
#include <array>

namespace fraiseql::cli {
namespace {

// In the order of the reference. What is here, server::replaced() hands to the workers, and
// tests/e2e/test_reload.py sees to take effect.
constexpr std::array kReloadable = {
    Reloadable{"max-list-items",
               [](Options& to, const Options& from) { to.max_list_items = from.max_list_items; }},
    Reloadable{"max-body-bytes",
               [](Options& to, const Options& from) { to.max_body_bytes = from.max_body_bytes; }},
    Reloadable{
        "default-page-size",
        [](Options& to, const Options& from) { to.default_page_size = from.default_page_size; }},
    Reloadable{"max-page-size",
               [](Options& to, const Options& from) { to.max_page_size = from.max_page_size; }},
    Reloadable{"max-depth",
               [](Options& to, const Options& from) { to.limits.depth = from.limits.depth; }},
    Reloadable{
        "max-complexity",
        [](Options& to, const Options& from) { to.limits.complexity = from.limits.complexity; }},
    Reloadable{
        "max-root-fields",
        [](Options& to, const Options& from) { to.limits.root_fields = from.limits.root_fields; }},
    Reloadable{"max-aliases",
               [](Options& to, const Options& from) { to.limits.aliases = from.limits.aliases; }},
    Reloadable{
        "assumed-list-size",
        [](Options& to, const Options& from) { to.limits.list_size = from.limits.list_size; }},
    Reloadable{"show-forbidden",
               [](Options& to, const Options& from) {
                   to.auth.show_forbidden = from.auth.show_forbidden;
               }},
    Reloadable{
        "cors-origin",
        [](Options& to, const Options& from) { to.edge.cors_origins = from.edge.cors_origins; }},
    Reloadable{"cors-credentials",
               [](Options& to, const Options& from) {
                   to.edge.cors_credentials = from.edge.cors_credentials;
               }},
    Reloadable{"trusted-proxy",
               [](Options& to, const Options& from) {
                   to.edge.trusted_proxies = from.edge.trusted_proxies;
               }},
    Reloadable{"forwarded-header",
               [](Options& to, const Options& from) {
                   to.edge.forwarded_header = from.edge.forwarded_header;
               }},
    Reloadable{"max-connections",
               [](Options& to,
                  const Options& from) { to.edge.max_connections = from.edge.max_connections; }},
    Reloadable{
        "rate-limit",
        [](Options& to, const Options& from) { to.edge.rate_limits = from.edge.rate_limits; }},
    Reloadable{"deny-address",
               [](Options& to,
                  const Options& from) { to.edge.denied_addresses = from.edge.denied_addresses; }},
    Reloadable{
        "allow-address",
        [](Options& to,
           const Options& from) { to.edge.allowed_addresses = from.edge.allowed_addresses; }},
    Reloadable{
        "unlimited-address",
        [](Options& to,
           const Options& from) { to.edge.unlimited_addresses = from.edge.unlimited_addresses; }},
    Reloadable{
        "max-concurrent-requests",
        [](Options& to,
           const Options&
               from) { to.edge.max_concurrent_requests = from.edge.max_concurrent_requests; }},
    Reloadable{
        "max-plan-cost",
        [](Options& to, const Options& from) { to.edge.max_plan_cost = from.edge.max_plan_cost; }},
    Reloadable{
        "introspection",
        [](Options& to, const Options& from) { to.edge.introspection = from.edge.introspection; }},
    Reloadable{"graphiql",
               [](Options& to, const Options& from) { to.edge.graphiql = from.edge.graphiql; }},
    Reloadable{
        "error-details",
        [](Options& to, const Options& from) { to.edge.error_details = from.edge.error_details; }},
    Reloadable{"admin", [](Options& to, const Options& from) { to.edge.admin = from.edge.admin; }},
    Reloadable{
        "admin-token-file",
        [](Options& to, const Options& from) { to.admin_token_file = from.admin_token_file; }},
    Reloadable{
        "log-format",
        [](Options& to, const Options& from) { to.observe.log_format = from.observe.log_format; }},
    Reloadable{
        "log-level",
        [](Options& to, const Options& from) { to.observe.log_level = from.observe.log_level; }},
    Reloadable{
        "access-log",
        [](Options& to, const Options& from) { to.observe.access_log = from.observe.access_log; }},
    Reloadable{
        "slow-operation",
        [](Options& to,
           const Options& from) { to.observe.slow_operation = from.observe.slow_operation; }},
    Reloadable{"trace-sample",
               [](Options& to, const Options& from) { to.observe.sample = from.observe.sample; }},
    Reloadable{"trace-trusted",
               [](Options& to, const Options& from) { to.observe.trusted = from.observe.trusted; }},
    Reloadable{"trace-sql-comments", [](Options& to, const Options& from) {
                   to.observe.sql_comments = from.observe.sql_comments;
               }}};

}  // namespace

std::span<const Reloadable> reloadable_settings() noexcept { return kReloadable; }

const Reloadable* find_reloadable(std::string_view name) noexcept {
    const auto found = std::find_if(kReloadable.begin(), kReloadable.end(),
                                    [&](const Reloadable& each) { return each.name == name; });
    return found == kReloadable.end() ? nullptr : &*found;
}

}  // namespace fraiseql::cli
