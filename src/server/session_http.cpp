// SPDX-License-Identifier: MIT
#include "server/session_http.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "http/cookie.hpp"
#include "http/media_range.hpp"
#include "http/origin.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"
#include "server/refusals.hpp"

namespace fraiseql::server {
namespace {

using http::Request;
using http::Response;
using runtime::Task;

using http::kJson;
constexpr std::string_view kSessions = "/auth/sessions/";
/// The cookie's path.
constexpr std::string_view kResources = "/auth";

Response refuse(const Error& error) {
    Response response = http::make_error_response(error);
    for (const auto& [name, value] : error.extensions)
        if (name == "retryAfter") response.headers.push_back({"Retry-After", value});
    if (error.code == ErrorCode::ServiceUnavailable)
        response.headers.push_back({"Retry-After", "1"});
    if (error.code == ErrorCode::Unauthenticated)
        response.headers.push_back({"WWW-Authenticate", "Bearer"});
    never_store(response);
    return response;
}

Response answer(std::string body, int status = 200) {
    Response response = http::make_response(status, kJson, std::move(body));
    never_store(response);
    return response;
}

Response answer(const Result<void>& result) {
    return result ? answer(R"({"ok":true})") : refuse(result.error());
}

void forget_cookies(Response& response) {
    using std::chrono::seconds;
    response.headers.push_back(http::set_cookie(kAccessCookie, "", "/", seconds(0)));
    response.headers.push_back(http::set_cookie(kRefreshCookie, "", kResources, seconds(0)));
}

Response answer(const Result<SignedIn>& result, const SessionSettings& settings) {
    if (!result) return refuse(result.error());
    Response response =
        answer(fmt::format(R"({{"userId":"{}","sessionId":"{}","expiresAt":{}}})", result->user_id,
                           result->session_id, result->expires_at));
    response.headers.push_back(
        http::set_cookie(kAccessCookie, result->access_token, "/", settings.access_lifetime));
    response.headers.push_back(http::set_cookie(kRefreshCookie, result->refresh_token, kResources,
                                                settings.session_lifetime));
    return response;
}

/// Reads an object of texts that has the members `required` and none but those and `optional`.
Result<json::Value> read_body(const Request& request, Arena& arena,
                              std::vector<std::string_view> required,
                              std::string_view optional = {}) {
    const auto type = http::read_media_range(request.header("Content-Type").value_or(""));
    if (!type || !http::equal_ignoring_case(type->type, "application/json"))
        return fail(ErrorCode::UnsupportedMediaType, "The request is not application/json.");
    FRAISEQL_TRY(json::Value body, json::read(request.body(), arena));
    if (!body.is_object()) return fail(ErrorCode::BadRequest, "The body must be a JSON object.");
    for (const std::string_view name : required)
        if (body.find(name) == nullptr)
            return fail(ErrorCode::BadRequest, fmt::format("The body has no \"{}\".", name));
    for (const json::Member& member : body.members) {
        const bool known = member.name == optional || std::find(required.begin(), required.end(),
                                                                member.name) != required.end();
        if (!known)
            return fail(ErrorCode::BadRequest, fmt::format("There is no \"{}\".", member.name),
                        did_you_mean(member.name, required));
        if (!member.value.is_string())
            return fail(ErrorCode::BadRequest, fmt::format("\"{}\" must be text.", member.name));
    }
    return body;
}

std::string text_of(const json::Value& body, std::string_view name) {
    return std::string(body.find(name)->text);
}

Task<Response> answer_post(Sessions& sessions, const Request& request,
                           const auth::Principal* principal) {
    const std::string_view path = request.path();
    Arena arena;
    if (path == "/auth/login") {
        const auto body = read_body(request, arena, {"email", "password"});
        if (!body) co_return refuse(body.error());
        std::string email = text_of(*body, "email");
        std::string password = text_of(*body, "password");
        const auto result =
            co_await sessions.sign_in(request, std::move(email), std::move(password));
        co_return answer(result, sessions.settings());
    }
    if (path == "/auth/register") {
        const auto body = read_body(request, arena, {"email", "password"}, "name");
        if (!body) co_return refuse(body.error());
        std::string email = text_of(*body, "email");
        std::string password = text_of(*body, "password");
        std::optional<std::string> name;
        if (body->find("name") != nullptr) name = text_of(*body, "name");
        const auto result = co_await sessions.sign_up(request, std::move(email),
                                                      std::move(password), std::move(name));
        co_return result ? answer(R"({"ok":true})", 202) : refuse(result.error());
    }
    if (path == "/auth/refresh") {
        std::string token(http::find_cookie(request, kRefreshCookie).value_or(""));
        const auto result = co_await sessions.refresh(request, std::move(token));
        Response response = answer(result, sessions.settings());
        if (!result && result.error().code == ErrorCode::Unauthenticated) forget_cookies(response);
        co_return response;
    }
    if (path == "/auth/logout") {
        std::string token(http::find_cookie(request, kRefreshCookie).value_or(""));
        const auto result = co_await sessions.sign_out(request, principal, std::move(token));
        Response response = answer(result);
        forget_cookies(response);
        co_return response;
    }
    if (path == "/auth/forgot-password") {
        const auto body = read_body(request, arena, {"email"});
        if (!body) co_return refuse(body.error());
        std::string email = text_of(*body, "email");
        const auto result = co_await sessions.request_reset(request, std::move(email));
        co_return result ? answer(R"({"ok":true})", 202) : refuse(result.error());
    }
    if (path == "/auth/reset-password") {
        const auto body = read_body(request, arena, {"token", "password"});
        if (!body) co_return refuse(body.error());
        std::string token = text_of(*body, "token");
        std::string password = text_of(*body, "password");
        const auto result =
            co_await sessions.reset_password(request, std::move(token), std::move(password));
        co_return answer(result);
    }
    if (path == "/auth/change-password") {
        const auto body = read_body(request, arena, {"oldPassword", "newPassword"});
        if (!body) co_return refuse(body.error());
        std::string before = text_of(*body, "oldPassword");
        std::string after = text_of(*body, "newPassword");
        const auto result = co_await sessions.change_password(request, principal, std::move(before),
                                                              std::move(after));
        co_return answer(result);
    }
    const auto body = read_body(request, arena, {"token"});
    if (!body) co_return refuse(body.error());
    std::string token = text_of(*body, "token");
    const auto result = co_await sessions.verify_address(request, std::move(token));
    co_return answer(result);
}

Task<Response> answer_get(Sessions& sessions, const auth::Principal* principal, bool account) {
    static const auto who = pg::make_statement(
        "SELECT json_build_object('id', id, 'email', email, 'name', name, 'tenantId', tenant_id, "
        "'roles', roles, 'createdAt', created_at) FROM auth.fn_current_account() WHERE id IS NOT "
        "NULL");
    static const auto which = pg::make_statement(
        "SELECT coalesce(json_agg(json_build_object('id', id, 'userAgent', user_agent, 'address', "
        "address, 'createdAt', created_at, 'lastUsedAt', last_used_at, 'expiresAt', expires_at, "
        "'isCurrent', is_current)), '[]') FROM auth.fn_sessions()");
    auto statement = account ? who : which;
    auto result = co_await sessions.read(principal, std::move(statement));
    co_return result ? answer(std::move(*result)) : refuse(result.error());
}

Task<Response> answer_delete(Sessions& sessions, const Request& request,
                             const auth::Principal* principal) {
    if (!request.path().starts_with(kSessions)) {
        const auto result = co_await sessions.revoke_all(request, principal);
        Response response = answer(result);
        if (result) forget_cookies(response);
        co_return response;
    }
    std::string id(request.path().substr(kSessions.size()));
    const auto result = co_await sessions.revoke(request, principal, std::move(id));
    if (!result) co_return refuse(result.error());
    if (!*result)
        co_return refuse({.code = ErrorCode::NotFound, .message = "You have no such session."});
    co_return answer(R"({"ok":true})");
}

enum class Route { None, Posted, Account, Sessions, Session };

Route route_of(std::string_view path) {
    constexpr std::string_view kPosted[] = {"/auth/login",           "/auth/register",
                                            "/auth/refresh",         "/auth/logout",
                                            "/auth/forgot-password", "/auth/reset-password",
                                            "/auth/verify-address",  "/auth/change-password"};
    if (std::find(std::begin(kPosted), std::end(kPosted), path) != std::end(kPosted))
        return Route::Posted;
    if (path == "/auth/me") return Route::Account;
    if (path == "/auth/sessions") return Route::Sessions;
    return path.starts_with(kSessions) ? Route::Session : Route::None;
}

std::string_view methods_of(Route route) {
    if (route == Route::Posted) return "POST";
    if (route == Route::Account) return "GET, HEAD";
    return route == Route::Sessions ? "GET, HEAD, DELETE" : "DELETE";
}

}  // namespace

bool needs_principal(const Request& request) {
    const std::string_view path = request.path();
    // Without a valid access token, the refresh token still tells which session ends.
    const bool logout = path == "/auth/logout" && !http::find_cookie(request, kRefreshCookie);
    return logout || path == "/auth/change-password" || path == "/auth/me" ||
           path == "/auth/sessions" || path.starts_with(kSessions);
}

Result<void> check_source(const Request& request, const SessionSettings& settings,
                          bool has_cookie) {
    const http::Source source = http::source_of(request, settings.origins);
    if (source == http::Source::Own || (source == http::Source::Unknown && !has_cookie)) return {};
    return fail(ErrorCode::Forbidden,
                source == http::Source::Foreign
                    ? "Pages of another origin may not do this."
                    : "Cookies count only where the request says which page sends it.",
                "Send it from a page of this origin, or list the page's: --cors-origin with "
                "--cors-credentials. Other "
                "clients send Authorization: Bearer, or an Origin header.");
}

Task<Response> answer_session(Sessions& sessions, const Request& request,
                              const auth::Principal* principal) {
    const Route route = route_of(request.path());
    if (route == Route::None)
        co_return refuse({.code = ErrorCode::NotFound,
                          .message = "There is nothing at " + std::string(request.path())});
    const std::string_view allowed = methods_of(route);
    const std::string_view method = request.method();
    if (method.empty() || allowed.find(method) == std::string_view::npos) {
        Response refusal = method_not_allowed(request, allowed);
        never_store(refusal);
        co_return refusal;
    }
    const bool has_cookie = http::find_cookie(request, kRefreshCookie).has_value() ||
                            http::find_cookie(request, kAccessCookie).has_value();
    if (!reads(request))
        if (auto checked = check_source(request, sessions.settings(), has_cookie); !checked)
            co_return refuse(checked.error());
    if (reads(request)) co_return co_await answer_get(sessions, principal, route == Route::Account);
    if (route == Route::Posted) co_return co_await answer_post(sessions, request, principal);
    co_return co_await answer_delete(sessions, request, principal);
}

}  // namespace fraiseql::server
