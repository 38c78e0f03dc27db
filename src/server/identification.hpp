// SPDX-License-Identifier: MIT
// Identification: who sends a request, by its token or cookie, on one worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/authenticator.hpp"
#include "http/message.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/audit.hpp"
#include "server/grant_watch.hpp"
#include "server/grants.hpp"
#include "server/key_watch.hpp"
#include "server/revocations.hpp"
#include "server/sessions.hpp"

namespace fraiseql::server {

/// Whose tokens count, and what they say.
struct Authentication {
    /// Shared by all workers. Those of `sources` are added by serve().
    std::shared_ptr<const auth::Keys> keys = {};
    auth::Settings settings = {};
    /// Where keys are read, and kept up to date, from.
    std::vector<KeySource> sources = {};
    /// Certificates that are trusted for that, as PEM; empty: those of the system.
    std::string authorities_file = {};
    /// Whether the database grants roles and permissions besides those of the token.
    bool grants = false;
    /// Sessions of our own; nothing: there are none.
    std::optional<SessionSettings> sessions = {};
};

/// Used on its worker's thread; `pool` must outlive it.
class Identification {
  public:
    /// Nothing of `authentication`: tokens are not looked at, and all who ask are the same to
    /// PostgreSQL. `audit` hears of refusals; nullptr: nobody does.
    Identification(pg::Pool& pool, const std::optional<Authentication>& authentication,
                   std::shared_ptr<Audit> audit);

    /// Who asks (nullptr: nobody in particular), or the answer, of media type `type`, that refuses
    /// them.
    using Identity = tl::expected<Grants::Principal, http::Response>;
    runtime::Task<Identity> identify(const http::Request& request, std::string_view type);

    /// Who was let in, and by which keys.
    struct Admitted {
        Grants::Principal principal = {};
        std::uint64_t keys = 0;
    };
    Admitted admit(Grants::Principal principal) const {
        return {.principal = std::move(principal), .keys = keys_};
    }
    /// Whether whoever was let in with `request` would be let in now; for connections that stay
    /// open. Unauthenticated where the token has expired, the session is over or the key is gone;
    /// ServiceUnavailable where that cannot be told.
    Result<void> check_again(Admitted& admitted, const http::Request& request);

    /// From now on tokens are verified with the keys of `feed`, and one whose key is not among them
    /// makes `watch` look again, which must outlive it.
    void follow_keys(KeyFeed& feed, KeyWatch& watch, std::shared_ptr<runtime::Mailbox> mailbox);

    /// From now on, what was granted is forgotten when `feed` has news.
    void follow_grants(GrantFeed& feed, std::shared_ptr<runtime::Mailbox> mailbox);

    /// From now on sessions count, those of `feed` being over.
    void follow_sessions(RevokedFeed& feed, SessionSettings settings,
                         std::shared_ptr<runtime::Mailbox> mailbox);

    /// From now on pages of `origins`, and of our own, may send cookies.
    void trust(std::vector<std::string> origins) { sessions_->origins = std::move(origins); }

    /// Whether it is known who may come in; not so where it is not known which sessions were
    /// revoked.
    bool is_ready() const noexcept { return !revoked_ || !is_old(*revoked_); }

    /// What came of the tokens so far; zeros where there are no keys.
    auth::Authenticator::Statistics token_statistics() const {
        return authenticator_ ? authenticator_->statistics() : auth::Authenticator::Statistics{};
    }

  private:
    runtime::Task<auth::Authenticator::Answer> authenticate(const http::Request& request);
    auth::Authenticator::Answer verify(const http::Request& request);
    bool uses_cookie(const http::Request& request) const;
    void audit(AuditEvent event, const http::Request& request, const auth::Principal* principal,
               std::string_view detail) const;

    std::optional<auth::Authenticator> authenticator_;
    std::optional<Grants> grants_;
    std::optional<SessionSettings> sessions_;
    RevokedFeed::Value revoked_;
    KeyWatch* key_watch_ = nullptr;
    /// Counts the times that keys were replaced.
    std::uint64_t keys_ = 0;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    std::shared_ptr<Audit> audit_;
};

}  // namespace fraiseql::server
