// SPDX-License-Identifier: MIT
#include "server/grant_watch.hpp"

#include <utility>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kReconnect = 1s;
/// Longer than anything is kept: waiting ends by news or by the end.
constexpr std::chrono::milliseconds kPatience = 60s;

}  // namespace

GrantWatch::GrantWatch(std::string conninfo, std::shared_ptr<GrantFeed> feed,
                       std::function<void(std::string_view)> log)
    : conninfo_(std::move(conninfo)),
      feed_(std::move(feed)),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

GrantWatch::~GrantWatch() {
    stop_.wake();
    if (thread_.joinable()) thread_.join();
}

void GrantWatch::run() {
    bool lost = false;
    do {
        const auto ended = listen();
        if (ended) return;
        if (!std::exchange(lost, true) && log_)
            log_("roles and permissions: lost the connection that listens for changes (" +
                 ended.error().message + "); trying again");
    } while (!pg::wait_for_wake_up(stop_, kReconnect));
}

tl::expected<void, sql::DatabaseError> GrantWatch::listen() {
    auto session = pg::Session::open(conninfo_);
    if (!session) return tl::unexpected(session.error());
    if (auto done = session->run_script("LISTEN fraiseql_rbac"); !done) return done;
    while (true) {
        // Also once at first: what changed before is not told.
        feed_->publish(std::make_shared<const std::uint64_t>(++changes_));
        const auto waited = pg::wait_for_notification(*session, stop_, kPatience);
        if (!waited) return tl::unexpected(waited.error());
        if (*waited == pg::Waited::Woken) return {};
    }
}

}  // namespace fraiseql::server
