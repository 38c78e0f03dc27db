// SPDX-License-Identifier: MIT
#include "server/refresh_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "pg/connect.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::server {
namespace {

// One lock for all views of a database: the key is 'fraiseql' and 'refr' in ASCII, folded.
constexpr const char* kTakeLock = "SELECT pg_try_advisory_lock(1718772065, 1919247986)";

constexpr const char* kIsPopulated =
    "SELECT relispopulated FROM pg_class WHERE oid = to_regclass($1)";

bool is_true(const pg::Rows& rows) { return rows.row_count() == 1 && rows.get(0, 0) == "t"; }

bool is_lost(const sql::DatabaseError& error) {
    return error.sqlstate.empty() || error.sqlstate.starts_with("08") ||
           error.sqlstate.starts_with("57P");
}

std::string name_of(const schema::Refresh& refresh) {
    return refresh.view->schema + "." + refresh.view->name;
}

std::string quoted_name(const schema::Refresh& refresh) {
    return sql::Fragment().qualified(refresh.view->schema, refresh.view->name).text();
}

}  // namespace

RefreshSchedule::RefreshSchedule(RefreshSettings settings, std::shared_ptr<ModelFeed> models)
    : settings_(std::move(settings)), models_(std::move(models)) {}

RefreshSchedule::~RefreshSchedule() {
    stop_.wake();
    if (const int process = running_; process != 0)
        std::ignore = pg::query_once(settings_.conninfo,
                                     fmt::format("SELECT pg_cancel_backend({})", process));
    if (thread_.joinable()) thread_.join();
}

void RefreshSchedule::start() {
    thread_ = std::thread([this] { run(); });
}

void RefreshSchedule::run() {
    do {
        follow();
        if (due_.empty()) continue;
        auto session = pg::Session::open(settings_.conninfo);
        const auto ended = session ? serve(*session) : tl::unexpected(session.error());
        if (ended) continue;
        if (!std::exchange(lost_, true))
            log(LogEntry::warning("refresh: lost the connection (" + ended.error().message +
                                  "); trying again"));
    } while (!pg::wait_for_wake_up(stop_, settings_.patrol + jitter(settings_.patrol)));
}

tl::expected<void, sql::DatabaseError> RefreshSchedule::serve(pg::Session& session) {
    lost_ = false;
    if (pg::is_pooled(session.connection())) {
        // The lock would stay with whichever session of PostgreSQL took it.
        if (!std::exchange(said_pooled_, true))
            log("refresh: materialized views are not refreshed, since a pooler is in between: give "
                "--direct-database");
        return {};
    }
    const auto process = session.query("SELECT pg_backend_pid()");
    if (!process) return tl::unexpected(process.error());
    process_ = std::stoi(std::string(process->get(0, 0)));
    bool leads = false;
    while (true) {
        follow();
        if (due_.empty()) return {};
        std::chrono::milliseconds pause = settings_.patrol + jitter(settings_.patrol / 4);
        if (!leads) {
            const auto locked = session.query(kTakeLock);
            if (!locked) return tl::unexpected(locked.error());
            leads = is_true(*locked);
            if (leads) plan_all();
            if (leads) log(fmt::format("refresh: this server refreshes {} views", due_.size()));
        }
        if (leads) {
            if (auto done = run_due(session); !done) return done;
            const auto next = std::min_element(
                due_.begin(), due_.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
            pause = std::max(std::chrono::milliseconds(1),
                             std::chrono::ceil<std::chrono::milliseconds>(next->at - Clock::now()));
        }
        // Also notices a lost connection, and with it the loss of the lock.
        const auto waited =
            pg::wait_for_notification(session, stop_, std::min(pause, 2 * settings_.patrol));
        if (!waited) return tl::unexpected(waited.error());
        if (*waited == pg::Waited::Woken) return {};
    }
}

void RefreshSchedule::follow() {
    std::shared_ptr<const schema::Model> model = models_->current();
    if (model == model_) return;
    std::vector<Due> next;
    // Lines that are wrong make no model.
    const std::vector<schema::Refresh> refreshes = schema::read_refreshes(model->catalog).value();
    for (const schema::Refresh& refresh : refreshes) {
        const auto known = std::find_if(due_.begin(), due_.end(), [&](const Due& due) {
            return name_of(due.refresh) == name_of(refresh) && due.refresh.every == refresh.every;
        });
        next.push_back({.refresh = refresh, .at = known != due_.end() ? known->at : Clock::now()});
    }
    due_ = std::move(next);
    model_ = std::move(model);
}

/// Who takes over does not know when the last refresh was: soon, but not everything at once.
void RefreshSchedule::plan_all() {
    for (Due& due : due_)
        due.at = Clock::now() + jitter(std::min<std::chrono::milliseconds>(
                                    due.refresh.every, std::chrono::seconds(10)));
}

tl::expected<void, sql::DatabaseError> RefreshSchedule::run_due(pg::Session& session) {
    for (Due& due : due_) {
        if (due.at > Clock::now()) continue;
        if (pg::wait_for_wake_up(stop_, std::chrono::milliseconds(0))) return {};
        running_ = process_;
        const auto done = refresh(session, due);
        running_ = 0;
        const bool lost = !done && is_lost(done.error());
        if (settings_.count) settings_.count(name_of(due.refresh), done.has_value());
        if (!done)
            log(LogEntry::warning(fmt::format("refresh: {} failed: {} (SQLSTATE {})",
                                              name_of(due.refresh), done.error().message,
                                              done.error().sqlstate)));
        if (lost) return done;
        // From its end, so that a view that takes long is not refreshed all the time.
        const std::chrono::milliseconds every(due.refresh.every);
        due.at = Clock::now() + every + jitter(every / 10);
    }
    return {};
}

tl::expected<void, sql::DatabaseError> RefreshSchedule::refresh(pg::Session& session,
                                                                const Due& due) {
    const std::string name = quoted_name(due.refresh);
    bool concurrently = due.refresh.concurrently;
    if (concurrently) {
        // What was never filled cannot be compared with.
        const auto populated = session.query(kIsPopulated, {name});
        if (!populated) return tl::unexpected(populated.error());
        concurrently = is_true(*populated);
    }
    return session.run_script("REFRESH MATERIALIZED VIEW " +
                              std::string(concurrently ? "CONCURRENTLY " : "") + name);
}

std::chrono::milliseconds RefreshSchedule::jitter(std::chrono::milliseconds most) {
    std::uniform_int_distribution<std::int64_t> spread(0, most.count());
    return std::chrono::milliseconds(spread(random_));
}

void RefreshSchedule::log(const LogEntry& entry) const {
    if (settings_.log) settings_.log(entry);
}

}  // namespace fraiseql::server
