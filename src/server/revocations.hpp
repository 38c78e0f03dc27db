// SPDX-License-Identifier: MIT
// Revocations: which sessions are over although an access token of theirs is still valid.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "auth/principal.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "server/channel_watch.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

/// What the database said at one moment. Immutable.
struct Revoked {
    std::unordered_set<std::string> sessions = {};
    std::chrono::steady_clock::time_point as_of = {};
};

using RevokedFeed = Feed<Revoked>;

/// A list that is older than this is none: then access tokens of sessions are not accepted.
inline constexpr std::chrono::seconds kOldestList{15};

/// Whether the list is older than that; so it is before the first one has been read.
bool is_old(const Revoked& revoked) noexcept;

/// Fails where the principal's session was revoked (Unauthenticated), or where that is not known
/// (ServiceUnavailable). Whoever has a token of another issuer has no session here.
Result<void> check_session(const auth::Principal* principal, const Revoked& revoked);

/// Keeps the list: news come by NOTIFY, and it looks every five seconds in case they do not.
class RevocationWatch {
  public:
    /// `window` is how long an access token is valid, leeway included.
    RevocationWatch(std::string conninfo, std::chrono::seconds window,
                    std::shared_ptr<RevokedFeed> feed, Log log);

    void start() { watch_.start(); }

  private:
    tl::expected<void, sql::DatabaseError> look(pg::Session& session);

    std::string window_;
    std::shared_ptr<RevokedFeed> feed_;
    std::chrono::steady_clock::time_point purged_ = {};
    ChannelWatch watch_;
};

}  // namespace fraiseql::server
