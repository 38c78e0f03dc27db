// SPDX-License-Identifier: MIT
// Sessions: signing users in and out with what sql/auth.sql stores; transports wrap it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "auth/token_signer.hpp"
#include "base/result.hpp"
#include "pg/pool.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"
#include "server/audit.hpp"
#include "server/hasher.hpp"

namespace fraiseql::server {

struct SessionSettings {
    /// Signs access tokens; shared by the workers.
    std::shared_ptr<const auth::TokenSigner> signer = {};
    /// Shared by the workers.
    std::shared_ptr<Hasher> hasher = {};
    /// Of an access token.
    std::chrono::seconds access_lifetime{900};
    /// Of a session, however often it is refreshed.
    std::chrono::seconds session_lifetime{2'592'000};
    /// Characters of a password.
    std::size_t min_password = 8;
    /// Users sign in only once their address is verified.
    bool verified_only = true;
    /// Pages of these origins may send the cookies: `https://app.example`.
    std::vector<std::string> origins = {};
    std::chrono::milliseconds timeout{10'000};
};

/// The tokens of a session, just made.
struct SignedIn {
    std::string user_id;
    std::string session_id;
    std::string access_token;
    std::string refresh_token;
    /// Of the access token; seconds since 1970.
    std::int64_t expires_at = 0;
};

/// One worker's way to them. The pool must outlive it. Requests are those that ask, for what is
/// recorded of them. Failures: Unauthenticated, Forbidden, BadUserInput, RateLimited (with
/// `retryAfter` in its extensions), ServiceUnavailable.
class Sessions {
  public:
    Sessions(pg::Pool& pool, std::shared_ptr<runtime::Mailbox> mailbox, SessionSettings settings,
             std::shared_ptr<Audit> audit)
        : pool_(pool),
          mailbox_(std::move(mailbox)),
          settings_(std::move(settings)),
          audit_(std::move(audit)) {}

    /// Signs in by password. Unknown users cost the same work as known ones.
    runtime::Task<Result<SignedIn>> sign_in(const http::Request& request, std::string email,
                                            std::string password);

    /// Exchanges a refresh token for the next one. One that was exchanged before ends the session.
    runtime::Task<Result<SignedIn>> refresh(const http::Request& request, std::string token);

    /// Registers a user; succeeds also where the address is known.
    runtime::Task<Result<void>> sign_up(const http::Request& request, std::string email,
                                        std::string password, std::optional<std::string> name);

    /// Ends the session of the principal, or else that of the refresh token; both may be absent.
    runtime::Task<Result<void>> sign_out(const http::Request& request,
                                         const auth::Principal* principal, std::string token);

    /// Ends one session of the principal; false where there is no such session.
    runtime::Task<Result<bool>> revoke(const http::Request& request,
                                       const auth::Principal* principal, std::string session_id);

    /// Ends all sessions of the principal.
    runtime::Task<Result<void>> revoke_all(const http::Request& request,
                                           const auth::Principal* principal);

    /// Asks for a mail with a token; succeeds also where nobody has the address.
    runtime::Task<Result<void>> request_reset(const http::Request& request, std::string email);

    /// Sets a password by the token of a mail.
    runtime::Task<Result<void>> reset_password(const http::Request& request, std::string token,
                                               std::string password);

    /// Sets the principal's password, by the old one, and ends all their other sessions.
    runtime::Task<Result<void>> change_password(const http::Request& request,
                                                const auth::Principal* principal,
                                                std::string old_password, std::string new_password);

    /// Verifies an address by the token of a mail.
    runtime::Task<Result<void>> verify_address(const http::Request& request, std::string token);

    /// Returns what a function of the module that only reads says, as JSON; "null" for nothing.
    runtime::Task<Result<std::string>> read(const auth::Principal* principal,
                                            std::shared_ptr<const pg::Statement> statement);

    const SessionSettings& settings() const noexcept { return settings_; }
    /// From now on pages of `origins`, and of our own, may send cookies.
    void trust(std::vector<std::string> origins) { settings_.origins = std::move(origins); }

  private:
    runtime::Task<Result<pg::Rows>> call(std::shared_ptr<const pg::Statement> statement,
                                         std::vector<std::optional<std::string>> params);
    Result<void> check_password(std::string_view password, std::string_view email) const;
    SignedIn issue(std::string user_id, std::string session_id, std::string refresh_token,
                   std::string_view claims) const;
    void audit(AuditEvent event, const http::Request& request, std::string_view user = {},
               std::string_view detail = {}) const;

    pg::Pool& pool_;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    SessionSettings settings_;
    std::shared_ptr<Audit> audit_;
};

}  // namespace fraiseql::server
