// SPDX-License-Identifier: MIT
#include "server/identification.hpp"

#include "http/cookie.hpp"
#include "runtime/waiter.hpp"
#include "server/refusals.hpp"
#include "server/session_http.hpp"

namespace fraiseql::server {

using runtime::Task;

namespace {

std::int64_t seconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

Identification::Identification(pg::Pool& pool, const std::optional<Authentication>& authentication,
                               std::shared_ptr<Audit> audit)
    : audit_(std::move(audit)) {
    if (!authentication) return;
    authenticator_.emplace(authentication->keys, authentication->settings);
    if (authentication->grants) grants_.emplace(pool, GrantSettings{});
}

Task<Identification::Identity> Identification::identify(const http::Request& request,
                                                        std::string_view type) {
    auth::Authenticator::Answer principal = co_await authenticate(request);
    if (!principal) {
        audit(AuditEvent::TokenRefused, request, nullptr, principal.error().message);
        co_return tl::make_unexpected(refuse_token(principal.error(), type));
    }
    if (revoked_) {
        if (auto checked = check_session(principal->get(), *revoked_); !checked) {
            audit(AuditEvent::TokenRefused, request, principal->get(), "revoked");
            co_return tl::make_unexpected(refuse(checked.error(), type));
        }
    }
    if (uses_cookie(request) && !reads(request)) {
        if (auto checked = check_source(request, *sessions_, true); !checked) {
            audit(AuditEvent::OriginRefused, request, principal->get(), "cookie");
            co_return tl::make_unexpected(refuse(checked.error(), type));
        }
    }
    if (!grants_) co_return std::move(*principal);
    Result<Grants::Principal> granted = co_await grants_->add(*principal);
    if (!granted) co_return tl::make_unexpected(refuse(granted.error(), type));
    co_return std::move(*granted);
}

Task<auth::Authenticator::Answer> Identification::authenticate(const http::Request& request) {
    if (!authenticator_) co_return std::shared_ptr<const auth::Principal>{};
    if (request.count("Authorization") > 1)
        co_return tl::make_unexpected(auth::Refusal{auth::Refusal::Reason::Malformed,
                                                    "There are several Authorization headers."});
    auth::Authenticator::Answer answer = verify(request);
    const bool unknown = !answer && answer.error().reason == auth::Refusal::Reason::UnknownKey;
    if (!unknown || key_watch_ == nullptr) co_return answer;
    // The issuer may have a new key. The request may be gone before the keys are there.
    const auto waiter = std::make_shared<runtime::Waiter>();
    const auto wake = [weak = std::weak_ptr(waiter)] {
        if (const auto waiting = weak.lock()) waiting->wake();
    };
    if (!key_watch_->refresh(mailbox_, wake)) co_return answer;
    const bool woken = co_await waiter->wait();
    if (woken) answer = verify(request);
    co_return answer;
}

/// Browsers bring the access token in a cookie; a header comes first.
bool Identification::uses_cookie(const http::Request& request) const {
    return sessions_ && !request.header("Authorization") &&
           http::find_cookie(request, kAccessCookie).has_value();
}

auth::Authenticator::Answer Identification::verify(const http::Request& request) {
    if (!uses_cookie(request))
        return authenticator_->authenticate(request.header("Authorization"), seconds_now());
    return authenticator_->authenticate_token(*http::find_cookie(request, kAccessCookie),
                                              seconds_now());
}

Result<void> Identification::check_again(Admitted& admitted, const http::Request& request) {
    if (!authenticator_ || admitted.principal == nullptr) return {};
    if (seconds_now() >= admitted.principal->valid_until)
        return fail(ErrorCode::Unauthenticated, "The token has expired.");
    if (std::exchange(admitted.keys, keys_) != keys_)
        if (const auto answer = verify(request); !answer)
            return fail(auth::to_error(answer.error()));
    if (!revoked_) return {};
    return check_session(admitted.principal.get(), *revoked_);
}

void Identification::follow_keys(KeyFeed& feed, KeyWatch& watch,
                                 std::shared_ptr<runtime::Mailbox> mailbox) {
    mailbox_ = mailbox;
    key_watch_ = &watch;
    authenticator_->replace_keys(feed.subscribe(std::move(mailbox), [this](KeyFeed::Value keys) {
        authenticator_->replace_keys(std::move(keys));
        ++keys_;
    }));
}

void Identification::follow_grants(GrantFeed& feed, std::shared_ptr<runtime::Mailbox> mailbox) {
    feed.subscribe(std::move(mailbox), [this](const GrantFeed::Value&) { grants_->forget(); });
}

void Identification::follow_sessions(RevokedFeed& feed, SessionSettings settings,
                                     std::shared_ptr<runtime::Mailbox> mailbox) {
    sessions_ = std::move(settings);
    revoked_ = feed.subscribe(std::move(mailbox),
                              [this](RevokedFeed::Value next) { revoked_ = std::move(next); });
}

void Identification::audit(AuditEvent event, const http::Request& request,
                           const auth::Principal* principal, std::string_view detail) const {
    if (audit_) audit_->record(about(event, request, principal, detail));
}

}  // namespace fraiseql::server
