// SPDX-License-Identifier: MIT
#include "server/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "base/ip_address.hpp"
#include "engine/session_settings.hpp"
#include "json/writer.hpp"
#include "server/secret.hpp"

namespace fraiseql::server {
namespace {

using runtime::Task;
using Statement = std::shared_ptr<const pg::Statement>;
using Params = std::vector<std::optional<std::string>>;

constexpr std::size_t kMaxEmail = 254;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxToken = 200;
constexpr std::size_t kMaxUserAgent = 256;

Error wrong_password() {
    return {.code = ErrorCode::Unauthenticated,
            .message = "Address and password do not fit, or the address is not verified yet."};
}

Error over() {
    return {.code = ErrorCode::Unauthenticated,
            .message = "The session is over.",
            .hint = "Sign in again."};
}

Error sign_in_first() {
    return {.code = ErrorCode::Unauthenticated, .message = "Nobody is signed in here."};
}

/// Not Unauthenticated: clients would take the session for over.
Error wrong_old_password() {
    return {.code = ErrorCode::Forbidden, .message = "The old password does not fit."};
}

Error bad_token() {
    return {.code = ErrorCode::BadUserInput,
            .message = "The token is not valid: it was used, or is too old.",
            .hint = "Ask for another mail."};
}

Error unavailable() {
    return {.code = ErrorCode::ServiceUnavailable,
            .message = "Sessions cannot be looked at now.",
            .hint = "Try again shortly."};
}

/// What PostgreSQL can take for text, and fits into a line.
bool is_plain(std::string_view text, std::size_t most) {
    return text.size() <= most && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
           });
}

bool is_uuid(std::string_view text) {
    constexpr std::string_view kForm = "00000000-0000-0000-0000-000000000000";
    if (text.size() != kForm.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (kForm[i] == '-' ? text[i] != '-'
                            : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
            return false;
    return true;
}

Result<void> check_email(std::string_view email) {
    const std::size_t at = email.find('@');
    if (at != 0 && at != std::string_view::npos && at + 1 < email.size() &&
        is_plain(email, kMaxEmail))
        return {};
    return fail(ErrorCode::BadUserInput, "That is no mail address.");
}

/// Whom attempts are counted for: of IPv6, whoever has a network has its 2^64 addresses.
std::string address_of(const http::Request& request) {
    const IpAddress& client = request.client();
    return to_string(client.is_v4() ? client : network_of(client, 64).address);
}

std::string user_agent(const http::Request& request) {
    std::string out;
    for (const char c : request.header("User-Agent").value_or("").substr(0, kMaxUserAgent))
        out += c >= ' ' && c < 0x7f ? c : '?';
    return out;
}

std::string seconds(std::chrono::seconds duration) {
    return fmt::format("{} seconds", duration.count());
}

/// Fails where the database says how long to wait.
Result<void> check_wait(std::string_view seconds) {
    const double wait = std::strtod(std::string(seconds).c_str(), nullptr);
    if (wait <= 0) return {};
    const auto whole = static_cast<long>(std::ceil(wait));
    Error error{.code = ErrorCode::RateLimited,
                .message = "There were too many attempts.",
                .hint = fmt::format("Wait {} seconds.", whole)};
    error.extensions.emplace_back("retryAfter", std::to_string(whole));
    return fail(std::move(error));
}

std::int64_t seconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string text(const pg::Rows& rows, std::uint32_t column) {
    return rows.row_count() == 0 || rows.is_null(0, column) ? std::string()
                                                            : std::string(rows.get(0, column));
}

Statement statement(std::string sql) { return pg::make_statement(std::move(sql)); }

}  // namespace

Task<Result<pg::Rows>> Sessions::call(Statement statement, Params params) {
    pg::Batch batch;
    batch.read_only = false;
    batch.calls.push_back({.statement = std::move(statement), .params = std::move(params)});
    const auto deadline = runtime::Clock::now() + settings_.timeout;
    pg::BatchResult result = co_await pool_.run(std::move(batch), pg::Lane::Exclusive, deadline);
    if (!result) co_return tl::make_unexpected(unavailable());
    co_return std::move(result->front());
}

Task<Result<SignedIn>> Sessions::sign_in(const http::Request& request, std::string email,
                                         std::string password) {
    static const Statement begin =
        statement("SELECT retry_after, user_id, password_hash FROM auth.begin_sign_in($1, $2)");
    static const Statement finish = statement(
        "SELECT outcome, claims FROM auth.finish_sign_in($1, $2, $3, $4, $5, $6, $7, $8)");
    const bool possible = check_email(email) && password.size() <= auth::kMaxPasswordBytes;
    if (!possible) co_return tl::make_unexpected(wrong_password());
    const std::string address = address_of(request);
    Params who{email, address};
    auto begun = co_await call(begin, std::move(who));
    if (!begun) co_return tl::make_unexpected(begun.error());
    if (auto waited = check_wait(text(*begun, 0)); !waited) {
        audit(AuditEvent::LockedOut, request);
        co_return tl::make_unexpected(waited.error());
    }
    const std::string user_id = text(*begun, 1);
    const std::string hash = text(*begun, 2);
    // Unknown users are compared, too: how long it takes tells nothing.
    const Result<bool> fits = co_await settings_.hasher->verify(mailbox_, password, hash);
    if (!fits) co_return tl::make_unexpected(fits.error());
    if (!*fits) {
        audit(AuditEvent::SignInRefused, request, user_id, "password");
        co_return tl::make_unexpected(wrong_password());
    }
    std::optional<std::string> new_hash;
    if (settings_.hasher->is_outdated(hash)) {
        Result<std::string> made = co_await settings_.hasher->hash(mailbox_, std::move(password));
        if (!made) co_return tl::make_unexpected(made.error());
        new_hash = std::move(*made);
    }
    const std::string session_id = random_uuid();
    std::string token = random_token();
    Params params{user_id,           hash,
                  new_hash,          session_id,
                  token_hash(token), seconds(settings_.session_lifetime),
                  address,           user_agent(request)};
    auto finished = co_await call(finish, std::move(params));
    if (!finished) co_return tl::make_unexpected(finished.error());
    const std::string outcome = text(*finished, 0);
    if (outcome == "disabled") {
        audit(AuditEvent::SignInRefused, request, user_id, outcome);
        co_return fail(ErrorCode::Forbidden, "The account is disabled.");
    }
    if (outcome != "signed_in") {
        audit(AuditEvent::SignInRefused, request, user_id, "pending");
        co_return tl::make_unexpected(wrong_password());
    }
    audit(AuditEvent::SignedIn, request, user_id);
    co_return issue(user_id, session_id, std::move(token), text(*finished, 1));
}

Task<Result<SignedIn>> Sessions::refresh(const http::Request& request, std::string token) {
    static const Statement exchange =
        statement("SELECT outcome, session_id, user_id, claims FROM auth.refresh($1, $2, $3, $4)");
    if (token.empty() || token.size() > kMaxToken) co_return tl::make_unexpected(over());
    std::string next = random_token();
    Params params{token_hash(token), token_hash(next), address_of(request), user_agent(request)};
    auto exchanged = co_await call(exchange, std::move(params));
    if (!exchanged) co_return tl::make_unexpected(exchanged.error());
    const std::string outcome = text(*exchanged, 0);
    const std::string user_id = text(*exchanged, 2);
    if (outcome == "reused") audit(AuditEvent::TokenReused, request, user_id);
    if (outcome != "refreshed") co_return tl::make_unexpected(over());
    co_return issue(user_id, text(*exchanged, 1), std::move(next), text(*exchanged, 3));
}

Task<Result<void>> Sessions::sign_up(const http::Request& request, std::string email,
                                     std::string password, std::optional<std::string> name) {
    static const Statement add = statement("SELECT auth.register($1, $2, $3, $4, $5)");
    if (auto checked = check_email(email); !checked) co_return tl::make_unexpected(checked.error());
    if (auto checked = check_password(password, email); !checked)
        co_return tl::make_unexpected(checked.error());
    if (name && !is_plain(*name, kMaxName))
        co_return fail(ErrorCode::BadUserInput, "The name is too long, or not plain text.");
    Result<std::string> hash = co_await settings_.hasher->hash(mailbox_, std::move(password));
    if (!hash) co_return tl::make_unexpected(hash.error());
    Params params{std::move(email), std::move(*hash), std::move(name), address_of(request),
                  settings_.verified_only ? "f" : "t"};
    auto added = co_await call(add, std::move(params));
    if (!added) co_return tl::make_unexpected(added.error());
    if (auto waited = check_wait(text(*added, 0)); !waited) {
        audit(AuditEvent::LockedOut, request, {}, "registration");
        co_return tl::make_unexpected(waited.error());
    }
    audit(AuditEvent::Registered, request);
    co_return Result<void>{};
}

Task<Result<void>> Sessions::sign_out(const http::Request& request,
                                      const auth::Principal* principal, std::string token) {
    static const Statement end = statement("SELECT auth.sign_out($1, $2)");
    Params params(2);
    if (principal != nullptr && !principal->session.empty())
        params[0] = principal->session;
    else if (!token.empty())
        params[1] = token_hash(token);
    else
        co_return tl::make_unexpected(sign_in_first());
    auto ended = co_await call(end, std::move(params));
    if (!ended) co_return tl::make_unexpected(ended.error());
    audit(AuditEvent::SignedOut, request, text(*ended, 0));
    co_return Result<void>{};
}

Task<Result<bool>> Sessions::revoke(const http::Request& request, const auth::Principal* principal,
                                    std::string session_id) {
    static const Statement end = statement("SELECT auth.revoke_session($1, $2)");
    if (principal == nullptr || principal->session.empty())
        co_return tl::make_unexpected(sign_in_first());
    if (!is_uuid(session_id)) co_return false;
    std::string user_id = principal->subject;
    Params params{user_id, std::move(session_id)};
    auto ended = co_await call(end, std::move(params));
    if (!ended) co_return tl::make_unexpected(ended.error());
    const bool done = text(*ended, 0) == "t";
    if (done) audit(AuditEvent::SessionRevoked, request, user_id, "one");
    co_return done;
}

Task<Result<void>> Sessions::revoke_all(const http::Request& request,
                                        const auth::Principal* principal) {
    static const Statement end = statement("SELECT auth.revoke_sessions($1)");
    if (principal == nullptr || principal->session.empty())
        co_return tl::make_unexpected(sign_in_first());
    std::string user_id = principal->subject;
    Params params{user_id};
    auto ended = co_await call(end, std::move(params));
    if (!ended) co_return tl::make_unexpected(ended.error());
    audit(AuditEvent::SessionRevoked, request, user_id, "all");
    co_return Result<void>{};
}

Task<Result<void>> Sessions::request_reset(const http::Request& request, std::string email) {
    static const Statement ask = statement("SELECT auth.request_reset($1)");
    if (auto checked = check_email(email); !checked) co_return tl::make_unexpected(checked.error());
    Params params{std::move(email)};
    auto asked = co_await call(ask, std::move(params));
    if (!asked) co_return tl::make_unexpected(asked.error());
    audit(AuditEvent::ResetRequested, request);
    co_return Result<void>{};
}

Task<Result<void>> Sessions::reset_password(const http::Request& request, std::string token,
                                            std::string password) {
    static const Statement look = statement("SELECT auth.is_mailed_token($1, 'password_reset')");
    static const Statement set = statement("SELECT auth.reset_password($1, $2)");
    if (auto checked = check_password(password, {}); !checked)
        co_return tl::make_unexpected(checked.error());
    // Nobody makes the server hash without a token, which cannot be guessed.
    std::string digest = token_hash(std::string_view(token).substr(0, kMaxToken));
    Params token_only{digest};
    auto known = co_await call(look, std::move(token_only));
    if (!known) co_return tl::make_unexpected(known.error());
    if (text(*known, 0) != "t") co_return tl::make_unexpected(bad_token());
    Result<std::string> hash = co_await settings_.hasher->hash(mailbox_, std::move(password));
    if (!hash) co_return tl::make_unexpected(hash.error());
    Params params{std::move(digest), std::move(*hash)};
    auto done = co_await call(set, std::move(params));
    if (!done) co_return tl::make_unexpected(done.error());
    const std::string user_id = text(*done, 0);
    if (user_id.empty()) co_return tl::make_unexpected(bad_token());
    audit(AuditEvent::PasswordReset, request, user_id);
    co_return Result<void>{};
}

Task<Result<void>> Sessions::change_password(const http::Request& request,
                                             const auth::Principal* principal,
                                             std::string old_password, std::string new_password) {
    static const Statement begin = statement(
        "SELECT retry_after, email, password_hash FROM auth.begin_password_change($1, $2)");
    static const Statement change = statement("SELECT auth.change_password($1, $2, $3, $4, $5)");
    if (principal == nullptr || principal->session.empty())
        co_return tl::make_unexpected(sign_in_first());
    if (auto checked = check_password(new_password, {}); !checked)
        co_return tl::make_unexpected(checked.error());
    if (new_password == old_password)
        co_return fail(ErrorCode::BadUserInput, "The new password is the old one.");
    if (old_password.size() > auth::kMaxPasswordBytes)
        co_return tl::make_unexpected(wrong_old_password());
    const std::string user_id = principal->subject;
    const std::string session_id = principal->session;
    const std::string address = address_of(request);
    Params who{user_id, address};
    auto begun = co_await call(begin, std::move(who));
    if (!begun) co_return tl::make_unexpected(begun.error());
    if (auto waited = check_wait(text(*begun, 0)); !waited) {
        audit(AuditEvent::LockedOut, request, user_id, "password change");
        co_return tl::make_unexpected(waited.error());
    }
    if (auto checked = check_password(new_password, text(*begun, 1)); !checked)
        co_return tl::make_unexpected(checked.error());
    const std::string old_hash = text(*begun, 2);
    const Result<bool> fits = co_await settings_.hasher->verify(mailbox_, old_password, old_hash);
    if (!fits) co_return tl::make_unexpected(fits.error());
    if (!*fits) {
        audit(AuditEvent::SignInRefused, request, user_id, "password change");
        co_return tl::make_unexpected(wrong_old_password());
    }
    Result<std::string> hash = co_await settings_.hasher->hash(mailbox_, std::move(new_password));
    if (!hash) co_return tl::make_unexpected(hash.error());
    Params params{user_id, session_id, old_hash, std::move(*hash), address};
    auto done = co_await call(change, std::move(params));
    if (!done) co_return tl::make_unexpected(done.error());
    if (text(*done, 0) != "t") co_return tl::make_unexpected(over());
    audit(AuditEvent::PasswordChanged, request, user_id);
    co_return Result<void>{};
}

Task<Result<void>> Sessions::verify_address(const http::Request& request, std::string token) {
    static const Statement verify = statement("SELECT auth.verify_address($1)");
    Params params{token_hash(std::string_view(token).substr(0, kMaxToken))};
    auto done = co_await call(verify, std::move(params));
    if (!done) co_return tl::make_unexpected(done.error());
    const std::string user_id = text(*done, 0);
    if (user_id.empty()) co_return tl::make_unexpected(bad_token());
    audit(AuditEvent::AddressVerified, request, user_id);
    co_return Result<void>{};
}

Task<Result<std::string>> Sessions::read(const auth::Principal* principal, Statement statement) {
    if (principal == nullptr || principal->session.empty())
        co_return tl::make_unexpected(sign_in_first());
    pg::Batch batch;
    if (auto settings = engine::settings_call(principal))
        batch.calls.push_back(std::move(*settings));
    batch.calls.push_back({.statement = std::move(statement), .params = {}});
    const auto deadline = runtime::Clock::now() + settings_.timeout;
    pg::BatchResult rows = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
    if (!rows) co_return tl::make_unexpected(unavailable());
    std::string json = text(rows->back(), 0);
    co_return json.empty() ? "null" : std::move(json);
}

Result<void> Sessions::check_password(std::string_view password, std::string_view email) const {
    const auto characters =
        static_cast<std::size_t>(std::count_if(password.begin(), password.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
        }));
    if (characters < settings_.min_password)
        return fail(ErrorCode::BadUserInput,
                    fmt::format("The password is too short: it needs {} characters.",
                                settings_.min_password),
                    "Several words are easy to remember and hard to guess.");
    if (password.size() > auth::kMaxPasswordBytes)
        return fail(ErrorCode::BadUserInput, "The password is too long.",
                    fmt::format("At most {} bytes.", auth::kMaxPasswordBytes));
    if (password == email)
        return fail(ErrorCode::BadUserInput, "The password is the mail address.");
    return {};
}

SignedIn Sessions::issue(std::string user_id, std::string session_id, std::string refresh_token,
                         std::string_view claims) const {
    const std::int64_t now = seconds_now();
    const std::int64_t expires_at = now + settings_.access_lifetime.count();
    std::string payload = fmt::format(R"({{"iat":{},"exp":{},"sid":"{}","jti":"{}")", now,
                                      expires_at, session_id, random_uuid());
    Arena arena;
    if (const auto read = json::read(claims, arena))
        for (const json::Member& member : read->members) {
            // What the server says of the token is not the user's to say.
            static constexpr std::string_view kOwn[] = {"iat", "exp", "sid", "jti", "nbf", "aud"};
            if (std::find(std::begin(kOwn), std::end(kOwn), member.name) != std::end(kOwn))
                continue;
            payload += ',';
            json::write_string(payload, member.name);
            payload += ':';
            json::write(payload, member.value);
        }
    payload += '}';
    return {std::move(user_id), std::move(session_id), settings_.signer->sign(payload),
            std::move(refresh_token), expires_at};
}

void Sessions::audit(AuditEvent event, const http::Request& request, std::string_view user,
                     std::string_view detail) const {
    if (!audit_) return;
    AuditRecord record = about(event, request, nullptr, detail);
    record.user = user;
    audit_->record(record);
}

}  // namespace fraiseql::server
