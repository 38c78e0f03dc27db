// SPDX-License-Identifier: MIT
#include "server/cache_upkeep.hpp"

#include <utility>

#include "pg/session.hpp"

namespace fraiseql::server {
namespace {

constexpr const char* kInstalled =
    "SELECT 1 WHERE to_regprocedure('turbo.cache_upkeep(bigint)') IS NOT NULL";

}  // namespace

CacheUpkeep::CacheUpkeep(UpkeepSettings settings)
    : settings_(std::move(settings)), thread_([this] { run(); }) {}

CacheUpkeep::~CacheUpkeep() {
    stop_.wake();
    thread_.join();
}

void CacheUpkeep::run() {
    while (!pg::wait_for_wake_up(stop_, run_session())) {
    }
}

/// Works until something is in the way; returns when to try again.
std::chrono::milliseconds CacheUpkeep::run_session() {
    auto session = pg::Session::open(settings_.conninfo);
    const auto failed = [&](const sql::DatabaseError& failure) {
        if (settings_.log && std::exchange(last_problem_, failure.message) != failure.message)
            settings_.log(LogEntry::warning("cache: cannot fold versions and remove old answers: " +
                                            failure.message));
        return settings_.interval;
    };
    if (!session) return failed(session.error());
    const auto installed = session->query(kInstalled);
    if (!installed) return failed(installed.error());
    if (installed->row_count() == 0) return settings_.until_installed;
    do {
        const auto done =
            session->query("SELECT turbo.cache_upkeep($1)", {std::to_string(settings_.max_bytes)});
        if (!done) return failed(done.error());
        last_problem_.clear();
    } while (!pg::wait_for_wake_up(stop_, settings_.interval));
    return settings_.interval;
}

}  // namespace fraiseql::server
