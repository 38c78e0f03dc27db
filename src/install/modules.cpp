// SPDX-License-Identifier: MIT
#include "install/modules.hpp"

#include <array>

#define X(name, grants)                              \
    extern "C" const char fraiseql_install_##name[]; \
    extern "C" const char fraiseql_install_##name##_end[];
#include "install/modules.def"
#undef X

namespace fraiseql::install {

namespace {

constexpr std::array<std::string_view, 2> kAuditGrants = {
    "GRANT USAGE ON SCHEMA audit",
    "GRANT EXECUTE ON FUNCTION audit.record",
};
constexpr std::array<std::string_view, 2> kCountsGrants = {
    "GRANT USAGE ON SCHEMA fraiseql",
    "GRANT EXECUTE ON FUNCTION fraiseql.planned_rows",
};
constexpr std::array<std::string_view, 2> kAuthGrants = {
    "GRANT USAGE ON SCHEMA auth",
    "GRANT EXECUTE ON FUNCTION auth.begin_sign_in, auth.finish_sign_in, auth.refresh, "
    "auth.sign_out, auth.revoke_session, auth.revoke_sessions, auth.revoked_sessions, "
    "auth.register, auth.request_reset, auth.is_mailed_token, auth.reset_password, "
    "auth.verify_address, auth.purge, auth.fn_register, auth.fn_login, auth.fn_refresh, "
    "auth.fn_logout, auth.fn_revoke_session, auth.fn_revoke_sessions, auth.fn_forgot_password, "
    "auth.fn_reset_password, auth.fn_verify_address, auth.fn_current_account, auth.fn_sessions, "
    "auth.begin_password_change, auth.change_password, auth.fn_change_password",
};
constexpr std::array<std::string_view, 2> kIdempotencyGrants = {
    "GRANT USAGE ON SCHEMA fraiseql",
    "GRANT EXECUTE ON FUNCTION fraiseql.idempotency_claim, fraiseql.idempotency_store, "
    "fraiseql.idempotency_replay",
};
constexpr std::array<std::string_view, 2> kLimitsGrants = {
    "GRANT USAGE ON SCHEMA limits",
    "GRANT EXECUTE ON FUNCTION limits.take",
};
constexpr std::array<std::string_view, 2> kCacheGrants = {
    "GRANT USAGE ON SCHEMA turbo",
    "GRANT EXECUTE ON FUNCTION turbo.versions, turbo.cache_find, turbo.cache_store, "
    "turbo.cache_as_of, turbo.cache_upkeep",
};
constexpr std::array<std::string_view, 3> kSubscriptionsGrants = {
    kCacheGrants[0],
    kCacheGrants[1],
    "GRANT EXECUTE ON FUNCTION turbo.live_versions",
};
constexpr std::array<std::string_view, 3> kTurboGrants = {
    "GRANT USAGE ON SCHEMA turbo",
    "GRANT SELECT ON turbo.tb_turbo_query, turbo.tb_persisted_query",
    "GRANT EXECUTE ON FUNCTION turbo.fn_persist_query, turbo.fn_add_statistics, "
    "turbo.fn_add_statements",
};
constexpr std::array<std::string_view, 2> kRbacGrants = {
    "GRANT USAGE ON SCHEMA rbac",
    "GRANT EXECUTE ON FUNCTION rbac.grants_of",
};
/// Servers call nothing of it.
constexpr std::span<const std::string_view> kDdlGrants = {};
/// Those of a reader and of a writer: a server's functions are both.
constexpr std::array<std::string_view, 6> kEventsGrants = {
    "GRANT USAGE ON SCHEMA events",
    "GRANT SELECT ON events.stream, events.event, events.snapshot",
    "GRANT EXECUTE ON FUNCTION events.tenant, events.stream_version, events.read_stream, "
    "events.state, events.append, events.append_all, events.publish",
    "GRANT INSERT, UPDATE (version) ON events.stream",
    "GRANT INSERT ON events.event, events.outbox",
    "GRANT SELECT (id) ON events.outbox",
};

}  // namespace

std::span<const Module> modules() {
    static const std::array all = {
#define X(name, grants) \
    Module{#name, {fraiseql_install_##name, fraiseql_install_##name##_end}, grants},
#include "install/modules.def"
#undef X
    };
    return all;
}

}  // namespace fraiseql::install
