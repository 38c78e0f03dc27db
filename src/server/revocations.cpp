// SPDX-License-Identifier: MIT
#include "server/revocations.hpp"

#include <fmt/format.h>

#include <utility>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 5s;
constexpr auto kPurge = 1h;

}  // namespace

bool is_old(const Revoked& revoked) noexcept {
    return std::chrono::steady_clock::now() - revoked.as_of > kOldestList;
}

Result<void> check_session(const auth::Principal* principal, const Revoked& revoked) {
    if (principal == nullptr || principal->session.empty()) return {};
    if (is_old(revoked))
        return fail(ErrorCode::ServiceUnavailable,
                    "Whether the session was revoked cannot be looked at now.",
                    "Try again shortly.");
    if (!revoked.sessions.contains(principal->session)) return {};
    return fail(ErrorCode::Unauthenticated, "The session is over.", "Sign in again.");
}

RevocationWatch::RevocationWatch(std::string conninfo, std::chrono::seconds window,
                                 std::shared_ptr<RevokedFeed> feed, Log log)
    : window_(fmt::format("{} seconds", window.count())),
      feed_(std::move(feed)),
      watch_({.conninfo = std::move(conninfo),
              .channel = "fraiseql_auth",
              .subject = "revoked sessions",
              .interval = kLook,
              .log = std::move(log)},
             [this](pg::Session& session) { return look(session); }) {}

tl::expected<void, sql::DatabaseError> RevocationWatch::look(pg::Session& session) {
    auto out = std::make_shared<Revoked>();
    // Before the question: what is revoked after it is asked is not in the answer.
    out->as_of = std::chrono::steady_clock::now();
    const auto rows =
        session.query("SELECT auth.revoked_sessions($1::text::interval)::text", {window_});
    if (!rows) return tl::unexpected(rows.error());
    for (std::size_t row = 0; row < rows->row_count(); ++row)
        out->sessions.emplace(rows->get(row, 0));
    const auto now = out->as_of;
    feed_->publish(std::move(out));
    if (now - purged_ < kPurge) return {};
    purged_ = now;
    const auto purged = session.query("SELECT auth.purge()");
    if (!purged) return tl::unexpected(purged.error());
    return {};
}

}  // namespace fraiseql::server
