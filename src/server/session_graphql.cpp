// SPDX-License-Identifier: MIT
#include "server/session_graphql.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

using runtime::Task;

/// An argument that is text; empty where there is none.
std::string text_of(const json::Value& arguments, std::string_view name) {
    const json::Value* value = arguments.find(name);
    return value != nullptr && value->is_string() ? std::string(value->text) : std::string();
}

std::string to_json(const SignedIn& tokens) {
    const std::chrono::sys_seconds expires_at(std::chrono::seconds{tokens.expires_at});
    std::string out = fmt::format(
        R"({{"user_id":"{}","session_id":"{}","access_token":"{}","refresh_token":"{}")",
        tokens.user_id, tokens.session_id, tokens.access_token, tokens.refresh_token);
    out += fmt::format(R"(,"expires_at":"{:%Y-%m-%dT%H:%M:%S}Z"}})", expires_at);
    return out;
}

Result<std::string> done(const Result<void>& result) {
    if (!result) return fail(result.error());
    return "true";
}

Result<std::string> tokens(const Result<SignedIn>& result) {
    if (!result) return fail(result.error());
    return to_json(*result);
}

}  // namespace

Task<Result<std::string>> SessionAnswers::answer(std::string_view action,
                                                 const json::Value& arguments) {
    std::string email = text_of(arguments, "email");
    std::string password = text_of(arguments, "password");
    std::string token = text_of(arguments, "token");
    if (action == "login") {
        const auto result =
            co_await sessions_.sign_in(request_, std::move(email), std::move(password));
        co_return tokens(result);
    }
    if (action == "refresh") {
        std::string refresh_token = text_of(arguments, "refreshToken");
        const auto result = co_await sessions_.refresh(request_, std::move(refresh_token));
        co_return tokens(result);
    }
    if (action == "register") {
        std::optional<std::string> name;
        const json::Value* given = arguments.find("name");
        if (given != nullptr && given->is_string()) name = std::string(given->text);
        const auto result = co_await sessions_.sign_up(request_, std::move(email),
                                                       std::move(password), std::move(name));
        co_return done(result);
    }
    if (action == "logout") {
        const auto result = co_await sessions_.sign_out(request_, principal_, std::string());
        co_return done(result);
    }
    if (action == "revokeSession") {
        std::string id = text_of(arguments, "id");
        const auto result = co_await sessions_.revoke(request_, principal_, std::move(id));
        if (!result) co_return tl::make_unexpected(result.error());
        co_return *result ? "true" : "false";
    }
    if (action == "revokeSessions") {
        const auto result = co_await sessions_.revoke_all(request_, principal_);
        co_return done(result);
    }
    if (action == "forgotPassword") {
        const auto result = co_await sessions_.request_reset(request_, std::move(email));
        co_return done(result);
    }
    if (action == "resetPassword") {
        const auto result =
            co_await sessions_.reset_password(request_, std::move(token), std::move(password));
        co_return done(result);
    }
    if (action == "changePassword") {
        std::string before = text_of(arguments, "oldPassword");
        std::string after = text_of(arguments, "newPassword");
        const auto result = co_await sessions_.change_password(request_, principal_,
                                                               std::move(before), std::move(after));
        co_return done(result);
    }
    const auto result = co_await sessions_.verify_address(request_, std::move(token));
    co_return done(result);
}

}  // namespace fraiseql::server
